package io.dualwrite.spring.jpa;

import io.dualwrite.stage.Side;
import jakarta.persistence.EntityManager;

/** What an entity manager of the application's can be asked for beyond JPA. Belongs to one thread. */
interface Sided {
    /** Goes over to a side and stays there; what was loaded on the other one stays loaded there. */
    EntityManager on(Side side);

    /** The one that calls lead to. */
    EntityManager current();

    /** Closes a side's, where it was opened by the last {@link #on} and has loaded nothing; its connection is given back. */
    void leave(Side side);
}
