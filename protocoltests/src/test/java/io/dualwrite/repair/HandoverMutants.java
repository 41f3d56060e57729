package io.dualwrite.repair;

import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.Variation.HandoverParts;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;

/** Handovers with one thing wrong each. */
public final class HandoverMutants {
    private HandoverMutants() {}

    private static class Mutant extends Handover {
        final HandoverParts parts;

        Mutant(HandoverParts parts) {
            super(
                    parts.board(),
                    parts.controls(),
                    parts.journals(),
                    parts.relay(),
                    parts.verifier(),
                    parts.generators(),
                    parts.settings(),
                    parts.listener(),
                    parts.pace());
            this.parts = parts;
        }

        /** Opens the other side, whatever its handover number says. */
        void openWith(Side to, ControlRow ceded, ControlRow row, boolean journalled) throws InterruptedException {
            ControlRow opened = row.inGeneration(ceded.generation())
                    .as(Role.COPY, Math.max(row.handover(), ceded.handover()))
                    .authority(to == Side.TARGET ? Stage.LIVE : Stage.SHADOW);
            try {
                parts.controls()
                        .of(to)
                        .change(
                                row,
                                new ControlRow(
                                        opened.role(),
                                        opened.stage(),
                                        opened.handover(),
                                        opened.version(),
                                        journalled,
                                        opened.generation(),
                                        null));
            } catch (FenceBusyException busy) {
                parts.pace().pause(Duration.ofMillis(20));
            }
        }
    }

    /** Does not drain after the close. */
    public static Handover withoutDrain(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            void drain(Side from, Pace.Deadline deadline) {}

            @Override
            void confirm(Side from, Pace.Deadline deadline) {}
        };
    }

    /** Takes the decision in the new authority's row, and cedes the old one's afterwards. */
    public static Handover decidingInTheNewRow(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            ControlRow cede(Side from, ControlRow closed, Pace.Deadline deadline) {
                return closed.as(Role.CLOSED, closed.handover() + 1);
            }

            @Override
            void follow(Side from, ControlRow ceded) throws InterruptedException {
                ControlRow closed = ceded.as(Role.CLOSED, ceded.handover() - 1);
                while (true) {
                    try {
                        parts.controls().of(from).change(closed, ceded.as(Role.COPY, ceded.handover()));
                        return;
                    } catch (FenceBusyException busy) {
                        parts.pace().pause(Duration.ofMillis(20));
                    }
                }
            }
        };
    }

    /** Opens the other side whenever it is a copy, without asking for the handover number before. */
    public static Handover withoutTheNumber(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            void takeOver(Side from, ControlRow ceded) throws InterruptedException {
                while (true) {
                    ControlRow row = parts.board().refresh(from.other());
                    if (row.role() != Role.COPY) {
                        return;
                    }
                    openWith(from.other(), ceded, row, true);
                }
            }
        };
    }

    /** Opens the other side without intents for the way back. */
    public static Handover withoutReverseIntents(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            void takeOver(Side from, ControlRow ceded) throws InterruptedException {
                while (true) {
                    ControlRow row = parts.board().refresh(from.other());
                    if (row.handover() >= ceded.handover()) {
                        return;
                    }
                    openWith(from.other(), ceded, row, false);
                }
            }
        };
    }

    /** Lets the old side follow before the new one has the authority. */
    public static Handover followingFirst(HandoverParts parts) {
        return new Mutant(parts) {
            private boolean followed;

            @Override
            void takeOver(Side from, ControlRow ceded) throws InterruptedException {
                follow(from, ceded);
                followed = true;
                super.takeOver(from, ceded);
            }

            @Override
            void follow(Side from, ControlRow ceded) throws InterruptedException {
                if (!followed) {
                    super.follow(from, ceded);
                }
                followed = false;
            }
        };
    }

    /** Closes the authority for good: nobody can open it again when the coordinator is gone. */
    public static Handover withoutDeadline(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            ControlRow close(Side from, ControlRow checked, Pace.Deadline deadline) throws InterruptedException {
                while (true) {
                    try {
                        ControlRow closed =
                                parts.controls().of(from).change(checked, checked.as(Role.CLOSED, checked.handover()));
                        if (closed == null) {
                            throw new StageRefusedException(
                                    checked.stage(), checked.stage(), java.util.List.of("changed by somebody else"));
                        }
                        return closed;
                    } catch (FenceBusyException busy) {
                        parts.pace().pause(Duration.ofMillis(20));
                    }
                }
            }
        };
    }

    /** Forces the authority at a handover number by which nobody can tell which of the two rows counts. */
    public static Handover forcingNoNumber(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            void force(Side lost, String by) throws InterruptedException {
                try {
                    parts.board().refresh(lost);
                    return;
                } catch (ControlException unreachable) {
                    change(parts.board().refresh(lost.other()));
                }
            }

            private void change(ControlRow row) {
                if (row.role() == Role.COPY) {
                    parts.controls()
                            .of(Side.ORIGIN)
                            .change(row, row.inGeneration(row.generation() + 1).authority(Stage.DUAL_WRITE));
                }
            }
        };
    }

    /** Lets a lost side follow again whatever is in its journal. */
    public static Handover readoptingUnreconciled(HandoverParts parts) {
        return new Mutant(parts) {
            @Override
            void readopt(Side lost) throws InterruptedException {
                settle();
                ControlRow row = parts.board().refresh(lost);
                ControlRow authority = parts.board().refresh(lost.other());
                if (isLost(lost, row) && row.role() == Role.CLOSED && row.remaining() == null) {
                    parts.controls()
                            .of(lost)
                            .change(row, row.as(Role.COPY, authority.handover()).inGeneration(authority.generation()));
                }
            }
        };
    }
}
