package io.dualwrite.spring.jpa;

import jakarta.persistence.EntityManager;

/** Changes at once what lies in a table whose key is called otherwise. */
class RenamedKeysTest extends SeveralTablesTest {
    @Override
    void bulk(EntityManager entities) {
        update(entities, "update Person p set p.score = 70 where p.bio is not null");
    }
}
