package io.dualwrite.spring.advice;

import io.dualwrite.decorate.Reads;
import io.dualwrite.decorate.RecordKey;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.MigrationFactory.Declaration;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.spring.config.EnableDualWrite;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.SQLErrorCodeSQLExceptionTranslator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** An application without Spring Boot whose beans take part by annotation. */
@Configuration(proxyBeanMethods = false)
@EnableDualWrite
@EnableTransactionManagement
@EnableCaching(order = Ordered.LOWEST_PRECEDENCE - 1)
public class AnnotatedShop {
    record Order(long id, String customer) {}

    /** The two databases, and what happens in them. */
    static final class Databases {
        final DataSource origin = database();
        final DataSource target = database();
        final AtomicBoolean originIsDown = new AtomicBoolean();
        final AtomicInteger begun = new AtomicInteger();
        final List<MigrationEvent> events = new CopyOnWriteArrayList<>();

        DataSource breakable() {
            return new DelegatingDataSource(origin) {
                @Override
                public java.sql.Connection getConnection() throws SQLException {
                    if (originIsDown.get()) {
                        throw new SQLException("down", "08001");
                    }
                    return super.getConnection();
                }
            };
        }

        private static DataSource database() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            new JdbcTemplate(database)
                    .execute("CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40) NOT NULL)");
            return database;
        }
    }

    /** A service whose methods have no transaction of their own, but for one. */
    @DualWrite("shop")
    public static class Service {
        final JdbcTemplate jdbc;
        static final AtomicInteger calls = new AtomicInteger();

        public Service(DataSource dataSource) {
            this.jdbc = new JdbcTemplate(dataSource);
        }

        public void place(long id, String customer) {
            jdbc.update("insert into orders (id, customer) values (?, ?)", id, customer);
        }

        public void placeTwo(long id, Exception then) throws Exception {
            place(id, "first");
            if (then != null) {
                throw then;
            }
            place(id + 1, "second");
        }

        /** Finds the authority moved when everything was done, the first times. */
        @Transactional
        public int placeMoved(long id, int times) {
            place(id, "moved");
            if (calls.incrementAndGet() <= times) {
                throw new SQLErrorCodeSQLExceptionTranslator("H2")
                        .translate(
                                "commit",
                                null,
                                new SQLTransactionRollbackException(
                                        "moved", "40001", new StageMovedException("moved")));
            }
            return calls.get();
        }

        @Transactional(propagation = org.springframework.transaction.annotation.Propagation.SUPPORTS)
        public boolean isInTransaction() {
            return TransactionSynchronizationManager.isActualTransactionActive();
        }
    }

    /** Reads of which each says what it allows. */
    @DualWrite
    public static class Reading {
        final JdbcTemplate jdbc;
        static final AtomicInteger asked = new AtomicInteger();

        public Reading(DataSource dataSource) {
            this.jdbc = new JdbcTemplate(dataSource);
        }

        @Reads
        public Optional<Order> find(@RecordKey("orders") Long id) {
            return query(id);
        }

        @Reads(staleAllowed = true)
        public Optional<Order> look(@RecordKey Long id) {
            return query(id);
        }

        @Reads(compared = false)
        @Transactional(readOnly = true)
        public Optional<Order> peek(long id) {
            return query(id);
        }

        @Reads(compared = false)
        @Cacheable("orders")
        public Optional<Order> cached(long id) {
            asked.incrementAndGet();
            return query(id);
        }

        @Reads(compared = false)
        public void notARead(long id) {
            jdbc.update("delete from orders where id = ?", id);
        }

        private Optional<Order> query(long id) {
            return jdbc
                    .query(
                            "select id, customer from orders where id = ?",
                            (row, at) -> new Order(row.getLong(1), row.getString(2)),
                            id)
                    .stream()
                    .findFirst();
        }
    }

    /** Annotated on the bean method, and final: seen by its interface. */
    interface Notes {
        void add(long id) throws IOException;
    }

    record JdbcNotes(JdbcTemplate jdbc) implements Notes {
        @Override
        public void add(long id) throws IOException {
            jdbc.update("insert into orders (id, customer) values (?, 'note')", id);
            if (id < 0) {
                throw new IOException("rolls back too");
            }
        }
    }

    @Bean
    Databases databases() {
        return new Databases();
    }

    @Bean
    JdbcMigration migration(Databases databases) {
        Table<Order, Long> orders =
                Jdbc.table("orders", Order.class, Long.class).key(Order::id);
        return new MigrationFactory(List.of(databases.events::add), null, List.of())
                .create(
                        new Declaration("shop", databases.breakable(), databases.target, List.of(orders)),
                        (name, builder) -> builder.createTables(true).attestedBy("the tests"));
    }

    @Bean
    DataSource dataSource(Databases databases, JdbcMigration migration) {
        return CapturingDataSource.following(
                databases.breakable(),
                () -> databases.target,
                () -> migration,
                UnnamedChanges.REFUSE,
                Duration.ofSeconds(10));
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource, Databases databases) {
        DataSourceTransactionManager manager = new DataSourceTransactionManager(dataSource);
        manager.addListener(new TransactionExecutionListener() {
            @Override
            public void beforeBegin(TransactionExecution transaction) {
                databases.begun.incrementAndGet();
            }
        });
        return manager;
    }

    @Bean
    CacheManager cacheManager() {
        return new ConcurrentMapCacheManager();
    }

    @Bean
    Service service(DataSource dataSource) {
        return new Service(dataSource);
    }

    @Bean
    Reading reading(DataSource dataSource) {
        return new Reading(dataSource);
    }

    @Bean
    @DualWrite("shop")
    Notes notes(DataSource dataSource) {
        return new JdbcNotes(new JdbcTemplate(dataSource));
    }
}
