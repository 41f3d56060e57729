package io.dualwrite.spring.jpa;

import jakarta.persistence.EntityManager;

/** Changes at once what lies in a table whose key is called otherwise; Hibernate 6 has no statement for it that names keys. */
class RenamedKeysTest extends SeveralTablesTest {
    @Override
    void bulk(EntityManager entities) {
        update(entities, "update Person p set p.score = 70 where p.bio is not null");
    }
}
