package io.dualwrite.control.conduct;

final class MemoryJourneyStoreTest extends JourneyStoreContract {
    @Override
    JourneyStore store() {
        return new MemoryJourneyStore();
    }
}
