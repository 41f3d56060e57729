package io.dualwrite.control.ramp;

class MemoryRampStoreTest extends RampStoreContract {
    private final MemoryRampStore store = new MemoryRampStore();

    @Override
    RampStore store() {
        return store;
    }
}
