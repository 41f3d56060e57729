package io.dualwrite.spring.config;

import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.GracefulDegradation;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.ParticipationSettings;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * Runs the application's {@code JdbcMigration} beans with it, and lets {@link DualWrite} and {@link GracefulDegradation} have
 * their effect, in applications without Spring Boot; with it, the starter does. Migrations are built by {@link
 * MigrationFactory} or {@code Jdbc.migration}; the application's {@code DataSource} bean is a {@link
 * io.dualwrite.spring.capture.CapturingDataSource}. A {@link ParticipationSettings} bean says how annotated calls take part.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Import(DualWriteConfiguration.class)
public @interface EnableDualWrite {}
