package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The library as it is passes every scenario, and each wrong variant fails at one of them at least. */
class StoresScenarioTest {
    @ParameterizedTest
    @EnumSource
    void theLibraryHolds(StoresScenario scenario) throws Exception {
        try (StoresWorld world = new StoresWorld()) {
            scenario.play(world);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongVariantIsCaught(Wrong wrong) {
        assertThatThrownBy(() -> {
                    try (StoresWorld world = new StoresWorld(wrong.making())) {
                        wrong.caughtBy.play(world);
                    }
                })
                .isInstanceOf(AssertionError.class);
    }

    /** What is easily done instead. */
    enum Wrong {
        INTENT_AFTER_THE_CALL(StoresScenario.THE_WRITER_DIES_AFTER_THE_CALL) {
            @Override
            StoresWorld.Making making() {
                return writing((gate, parts) -> new IntentFirstWrite(gate, parts) {
                    @Override
                    void keep(Statements statements, List<RecordId> fresh) {
                        // They are journalled when the call has returned.
                    }
                });
            }
        },
        CALL_ENDED_BEFORE_IT_RETURNED(StoresScenario.THE_RELAY_WORKS_DURING_A_CALL_WHOSE_WRITER_DIES) {
            @Override
            StoresWorld.Making making() {
                return writing((gate, parts) -> new IntentFirstWrite(gate, parts) {
                    @Override
                    void note() {
                        super.note();
                        try {
                            end();
                        } catch (SQLException failure) {
                            throw new IllegalStateException(failure);
                        }
                    }

                    @Override
                    Collection<RecordId> ended() {
                        return List.of();
                    }
                });
            }
        },
        LIVE_OWNERS_INTENT_TAKEN(StoresScenario.THE_RELAY_WORKS_DURING_A_CALL_WHOSE_WRITER_DIES) {
            @Override
            StoresWorld.Making making() {
                return calling((place, grace) -> new CallsUnderWay(place, grace) {
                    @Override
                    List<Expired> expiredWrites(Statements statements, int most) throws SQLException {
                        return statements.list(
                                "select call_id, record_type, record_key, generation from dualwrite_call where migration = ?"
                                        + " and side = ? and purpose = 'WRITE' limit ?",
                                row -> new Expired(
                                        row.getString(1),
                                        new RecordId(row.getString(2), row.getString(3)),
                                        row.getInt(4)),
                                place.migration(),
                                place.side().name(),
                                most);
                    }
                });
            }
        },
        DRAIN_BLIND_TO_CALLS(StoresScenario.A_HANDOVER_IS_WISHED_DURING_A_CALL) {
            @Override
            StoresWorld.Making making() {
                return calling((place, grace) -> new CallsUnderWay(place, grace) {
                    @Override
                    Writes writes(Statements statements) {
                        return new Writes(0, Duration.ZERO, 0);
                    }
                });
            }
        },
        NO_WAIT_FOR_WRITES_OF_OFF(StoresScenario.A_WRITE_OF_OFF_IS_UNDER_WAY_WHEN_THE_COPY_IS_TO_FOLLOW) {
            @Override
            StoresWorld.Making making() {
                return calling((place, grace) -> new CallsUnderWay(place, grace) {
                    @Override
                    void beginUnjournalled(Statements statements, String call, int generation) {
                        // Nobody waits for what is not noted.
                    }
                });
            }
        },
        TRANSFERS_WITHOUT_LEASE(StoresScenario.TWO_TRANSFERS_MEET) {
            @Override
            StoresWorld.Making making() {
                return calling((place, grace) -> new CallsUnderWay(place, grace) {
                    @Override
                    void begin(
                            Statements statements,
                            String call,
                            Purpose purpose,
                            int generation,
                            Collection<RecordId> records)
                            throws SQLException {
                        if (purpose != Purpose.TRANSFER) {
                            super.begin(statements, call, purpose, generation, records);
                        }
                    }

                    @Override
                    int end(Statements statements, String call) throws SQLException {
                        return Math.max(1, super.end(statements, call));
                    }
                });
            }
        },
        LATE_WRITES_ACKNOWLEDGED(StoresScenario.THE_AUTHORITY_MOVES_WHEN_A_CALL_HAS_RUN_OUT) {
            @Override
            StoresWorld.Making making() {
                return calling((place, grace) -> new CallsUnderWay(place, grace) {
                    @Override
                    int end(Statements statements, String call) throws SQLException {
                        return Math.max(1, super.end(statements, call));
                    }
                });
            }
        };

        private final StoresScenario caughtBy;

        Wrong(StoresScenario caughtBy) {
            this.caughtBy = caughtBy;
        }

        abstract StoresWorld.Making making();

        @FunctionalInterface
        interface Calling {
            CallsUnderWay of(Place place, Duration grace);
        }

        static StoresWorld.Making calling(Calling wrong) {
            return declared -> new StoresParts<>(declared) {
                @Override
                CallsUnderWay calls(Place place, Duration grace) {
                    return wrong.of(place, grace);
                }
            };
        }

        @FunctionalInterface
        interface Writing {
            IntentFirstWrite of(WriterGate gate, IntentFirstTransactions.Parts parts);
        }

        static StoresWorld.Making writing(Writing wrong) {
            return declared -> new StoresParts<>(declared) {
                @Override
                IntentFirstTransactions transactions(
                        WriterGate gate, IntentFirstTransactions.Parts parts, StoreReads reads) {
                    return new IntentFirstTransactions(gate, parts, reads) {
                        @Override
                        IntentFirstWrite write(WriterGate at, Parts of) {
                            return wrong.of(at, of);
                        }
                    };
                }
            };
        }
    }
}
