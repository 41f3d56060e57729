package io.dualwrite.control.rollback;

final class MemoryStepTimesTest extends StepTimesContract {
    @Override
    StepTimes times() {
        return new MemoryStepTimes();
    }
}
