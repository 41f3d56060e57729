package io.dualwrite.control.incident;

class MemoryIncidentStoreTest extends IncidentStoreContract {
    private final MemoryIncidentStore store = new MemoryIncidentStore();

    @Override
    IncidentStore store() {
        return store;
    }
}
