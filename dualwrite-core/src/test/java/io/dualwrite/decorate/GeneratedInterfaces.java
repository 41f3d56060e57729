package io.dualwrite.decorate;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Interfaces out of source text, compiled in memory, for tests of more shapes of methods than anybody writes by hand. */
final class GeneratedInterfaces extends ClassLoader {
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    private GeneratedInterfaces() {
        super(GeneratedInterfaces.class.getClassLoader());
    }

    /** Compiles one top-level type, which may use the classes beside those given. */
    static Class<?> compile(String name, String source, Class<?>... beside) throws Exception {
        GeneratedInterfaces made = new GeneratedInterfaces();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String path = Stream.of(beside)
                .map(GeneratedInterfaces::place)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
        StringWriter told = new StringWriter();
        boolean done = compiler.getTask(
                        told,
                        made.manager(compiler.getStandardFileManager(null, null, null)),
                        null,
                        List.of("-proc:none", "-nowarn", "-classpath", path),
                        null,
                        List.of(source(name, source)))
                .call();
        if (!done) {
            throw new IllegalArgumentException(told.toString());
        }
        return made.loadClass(name);
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JavaFileObject source(String name, String text) {
        return new SimpleJavaFileObject(
                URI.create("memory:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private JavaFileManager manager(JavaFileManager standard) {
        return new ForwardingJavaFileManager<>(standard) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return classes.computeIfAbsent(name, any -> new ByteArrayOutputStream());
                    }
                };
            }
        };
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        ByteArrayOutputStream code = classes.get(name);
        if (code == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, code.toByteArray(), 0, code.size());
    }
}
