package io.dualwrite.crash;

import io.dualwrite.crash.Servers.Engine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link HotKeyTest} for a minute. */
@Tag("matrix")
class HotKeyMinuteTest {
    @Test
    void oneRecordForSixteenWritersAMinuteLong() throws Exception {
        HotKeyTest.contend(new Pairing(Engine.POSTGRES, Engine.MARIADB), 60);
    }
}
