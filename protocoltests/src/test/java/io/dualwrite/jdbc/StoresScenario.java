package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.StoresWorld.Killed;
import io.dualwrite.jdbc.StoresWorld.Node;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;

/** Bad moments in the life of two stores without transactions; each is played by hand, and judged. */
enum StoresScenario {
    /** A process dies when the store has taken a write and nobody has been told. */
    THE_WRITER_DIES_AFTER_THE_CALL {
        @Override
        void play(StoresWorld world) throws Exception {
            Node writer = world.node();
            Node other = world.node();
            writer.save(1, "old");
            writer.toShadow();
            writer.store(Side.ORIGIN).afterNextWrite(() -> {
                throw new Killed();
            });
            assertThatThrownBy(() -> writer.save(1, "new")).isInstanceOf(Killed.class);
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("new");
        }
    },

    /** Another node's relay works while the call is under way, and then the writer dies. */
    THE_RELAY_WORKS_DURING_A_CALL_WHOSE_WRITER_DIES {
        @Override
        void play(StoresWorld world) throws Exception {
            Node writer = world.node();
            Node other = world.node();
            writer.save(1, "old");
            writer.toShadow();
            writer.store(Side.ORIGIN).beforeNextWrite(other::relay).afterNextWrite(() -> {
                throw new Killed();
            });
            assertThatThrownBy(() -> writer.save(1, "new")).isInstanceOf(Killed.class);
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("new");
        }
    },

    /** Another node wants to hand the authority over while a call is under way, and must wait for it. */
    A_HANDOVER_IS_WISHED_DURING_A_CALL {
        @Override
        void play(StoresWorld world) throws Exception {
            Node writer = world.node();
            Node other = world.node();
            writer.save(1, "old");
            writer.toShadow();
            writer.store(Side.ORIGIN)
                    .beforeNextWrite(
                            () -> assertThatThrownBy(() -> other.migration().moveTo(Stage.LIVE))
                                    .isInstanceOf(StageRefusedException.class));
            writer.save(1, "new");
            other.migration().moveTo(Stage.LIVE);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("new");
            world.settles(other);
        }
    },

    /** A call takes so long that the authority has moved when it returns: it must not be acknowledged. */
    THE_AUTHORITY_MOVES_WHEN_A_CALL_HAS_RUN_OUT {
        @Override
        void play(StoresWorld world) throws Exception {
            Node writer = world.node();
            Node other = world.node();
            writer.save(1, "old");
            writer.toShadow();
            writer.store(Side.ORIGIN).beforeNextWrite(() -> {
                world.elapse(StoresWorld.GRACE);
                other.migration().moveTo(Stage.LIVE);
            });
            assertThatThrownBy(() -> writer.save(1, "late")).isInstanceOf(LateWriteException.class);
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("old");
        }
    },

    /** A call takes longer than its grace, is transferred meanwhile as it was before, and then has its effect. */
    A_LATE_CALL_IS_BROUGHT_OVER_ALL_THE_SAME {
        @Override
        void play(StoresWorld world) throws Exception {
            Node writer = world.node();
            Node other = world.node();
            writer.save(1, "old");
            writer.toShadow();
            writer.store(Side.ORIGIN).beforeNextWrite(() -> {
                world.elapse(StoresWorld.GRACE);
                other.relay();
            });
            writer.save(1, "late");
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("late");
        }
    },

    /** A transfer that has read an old state is overtaken by one that reads the new one. */
    TWO_TRANSFERS_MEET {
        @Override
        void play(StoresWorld world) throws Exception {
            Node slow = world.node();
            Node other = world.node();
            slow.save(1, "old");
            slow.toShadow();
            slow.save(1, "first");
            slow.store(Side.TARGET).beforeNextWrite(() -> {
                other.save(1, "second");
                other.relay();
            });
            slow.relay();
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("second");
        }
    },

    /** A transfer takes longer than its lease, and lands on top of a newer one: it must leave an intent. */
    A_LATE_TRANSFER_IS_DONE_AGAIN {
        @Override
        void play(StoresWorld world) throws Exception {
            Node slow = world.node();
            Node other = world.node();
            slow.save(1, "old");
            slow.toShadow();
            slow.save(1, "first");
            slow.store(Side.TARGET).beforeNextWrite(() -> {
                other.save(1, "second");
                world.elapse(StoresWorld.GRACE);
                other.relay();
                assertThat(world.on(Side.TARGET, 1)).isEqualTo("second");
            });
            slow.relay();
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("second");
        }
    },

    /** The authority goes to a side on which a transfer has yet to land. */
    A_HANDOVER_IS_WISHED_DURING_A_TRANSFER {
        @Override
        void play(StoresWorld world) throws Exception {
            Node slow = world.node();
            Node other = world.node();
            slow.save(1, "old");
            slow.toShadow();
            slow.save(1, "new");
            slow.store(Side.TARGET)
                    .beforeNextWrite(
                            () -> assertThatThrownBy(() -> other.migration().moveTo(Stage.LIVE))
                                    .isInstanceOf(StageRefusedException.class));
            slow.relay();
            other.migration().moveTo(Stage.LIVE);
            other.save(1, "newest");
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("newest");
        }
    },

    /** A write that was begun while the journal was off has its effect after the backfill would have been. */
    A_WRITE_OF_OFF_IS_UNDER_WAY_WHEN_THE_COPY_IS_TO_FOLLOW {
        @Override
        void play(StoresWorld world) throws Exception {
            Node writer = world.node();
            Node other = world.node();
            writer.save(1, "old");
            writer.store(Side.ORIGIN).beforeNextWrite(() -> {
                other.migration().moveTo(Stage.JOURNAL);
                assertThatThrownBy(() -> other.migration().moveTo(Stage.DUAL_WRITE))
                        .isInstanceOf(StageRefusedException.class);
            });
            writer.save(1, "new");
            world.elapse(StoresWorld.UNJOURNALLED_GRACE);
            other.migration().moveTo(Stage.DUAL_WRITE);
            other.migration().backfill();
            world.settles(other);
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("new");
        }
    };

    /** Plays it; fails where the library lets happen what must not. */
    abstract void play(StoresWorld world) throws Exception;
}
