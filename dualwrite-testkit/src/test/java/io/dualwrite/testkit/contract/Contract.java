package io.dualwrite.testkit.contract;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Redactor;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.Transactions;
import io.dualwrite.flag.StageSource;
import io.dualwrite.journal.Journal;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Generators;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.Scan;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;

/** Each contract, as it is tried, and the extension point it is about. */
enum Contract {
    STAGE_SOURCE(StageSource.class, Tried.StageSources.class),
    STORE(Store.class, Tried.Stores.class),
    SCANNABLE_STORE(ScannableStore.class, Tried.ScannableStores.class),
    KEY_CODEC(KeyCodec.class, Tried.Codecs.class),
    EQUIVALENCE(Equivalence.class, Tried.EquivalencesOfLists.class),
    REDACTOR(Redactor.class, Tried.Redactors.class),
    FALLBACK_POLICY(FallbackPolicy.class, Tried.FallbackPolicies.class),
    CALL_CONTEXT(CallContext.class, Tried.CallContexts.class),
    LISTENER(MigrationListener.class, Tried.Listeners.class),
    JOURNAL(Journal.class, Tried.Journals.class),
    CONTROL(Control.class, Tried.Controls.class),
    CHECKPOINTS(Checkpoints.class, Tried.AllCheckpoints.class),
    CARRIER(Carrier.class, Tried.Carriers.class),
    CONFIRMATION(Confirmation.class, Tried.Confirmations.class),
    SCAN(Scan.class, Tried.Scans.class),
    TRANSACTIONS(Transactions.class, Tried.AllTransactions.class),
    PREFLIGHT(Preflight.class, Tried.Preflights.class),
    INSPECTING_PREFLIGHT(Preflight.class, Tried.InspectingPreflights.class),
    GENERATORS(Generators.class, Tried.AllGenerators.class),
    BRAKE(Brake.class, Tried.Braking.class);

    private final Class<Object> type;
    private final Class<?> test;

    @SuppressWarnings("unchecked")
    Contract(Class<?> type, Class<?> test) {
        this.type = (Class<Object>) type;
        this.test = test;
    }

    Class<Object> type() {
        return type;
    }

    Class<?> test() {
        return test;
    }
}
