package io.dualwrite.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CommitSpotterTest {
    private final CommitSpotter spotter = new CommitSpotter();

    private boolean hears(byte[] bytes) {
        return spotter.isCommit(bytes, bytes.length);
    }

    /** A message of PostgreSQL; the introduction has no type. */
    private static byte[] postgres(String type, String... texts) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : texts) {
            body.write(text.getBytes(StandardCharsets.ISO_8859_1));
            body.write(0);
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(message);
        out.writeBytes(type);
        out.writeInt(body.size() + (type.isEmpty() ? 8 : 4));
        if (type.isEmpty()) {
            out.writeInt(196_608);
        }
        body.writeTo(out);
        return message.toByteArray();
    }

    private static byte[] maria(int command, String text) {
        byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] packet = new byte[body.length + 5];
        packet[0] = (byte) (body.length + 1);
        packet[4] = (byte) command;
        System.arraycopy(body, 0, packet, 5, body.length);
        return packet;
    }

    @Test
    void aPlainQueryOfPostgresCommits() throws Exception {
        assertThat(hears(postgres("", "user", "x"))).isFalse();
        assertThat(hears(postgres("Q", "select 1"))).isFalse();
        assertThat(hears(postgres("Q", "COMMIT"))).isTrue();
    }

    @Test
    void aPreparedStatementOfPostgresCommitsEachTimeItIsBound() throws Exception {
        hears(postgres("", "user", "x"));
        assertThat(hears(postgres("P", "S_1", "COMMIT"))).isFalse();
        assertThat(hears(postgres("B", "", "S_1"))).isTrue();
        assertThat(hears(postgres("B", "", "S_2"))).isFalse();
        assertThat(hears(postgres("B", "", "S_1"))).isTrue();
    }

    @Test
    void aMessageThatComesInPiecesIsPutTogether() throws Exception {
        hears(postgres("", "user", "x"));
        byte[] commit = postgres("Q", "commit");
        assertThat(hears(Arrays.copyOfRange(commit, 0, 3))).isFalse();
        assertThat(hears(Arrays.copyOfRange(commit, 3, commit.length))).isTrue();
    }

    @Test
    void aQueryOfMariaDbCommits() {
        assertThat(hears(maria(0x8d, "login"))).isFalse();
        assertThat(hears(maria(3, "select 'commit'"))).isFalse();
        assertThat(hears(maria(3, "COMMIT"))).isTrue();
    }
}
