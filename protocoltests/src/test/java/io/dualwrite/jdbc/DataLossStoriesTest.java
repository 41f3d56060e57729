package io.dualwrite.jdbc;

/** The stories on embedded H2. */
class DataLossStoriesTest extends DataLossStories {
    DataLossStoriesTest() {
        super(NewDatabase.H2, NewDatabase.H2);
    }
}
