package io.dualwrite.spring.advice;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.ParticipationSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * Puts the advice of {@link DualWrite} on beans: inside of everything that is around the call (caches, breakers, retries, the
 * application's own advice), and right outside of the transaction. Needs no other bean before the first annotated call.
 */
public final class ParticipationPostProcessor implements BeanPostProcessor, Ordered, SmartInitializingSingleton {
    private static final char SEPARATOR = '|';
    private static final String CACHES = "org.springframework.cache.interceptor.CacheAspectSupport";

    private final ListableBeanFactory beans;
    private final Function<String, ParticipationSettings> settings;
    /** By bean and migration, the bean's name. */
    private final Map<String, String> annotated = new ConcurrentHashMap<>();

    private final Set<String> reading = ConcurrentHashMap.newKeySet();

    /** {@code settings} are asked for by the migration's name, at the first annotated call. */
    public ParticipationPostProcessor(ListableBeanFactory beans, Function<String, ParticipationSettings> settings) {
        this.beans = beans;
        this.settings = settings;
    }

    /** After all others, and so before the advice of parts that may fail, which is around everything. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE - 1;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof FactoryBean) {
            // What it makes comes by as well, under the same name.
            return bean;
        }
        DualWrite onBean = beans.containsBean(name) ? beans.findAnnotationOnBean(name, DualWrite.class, false) : null;
        if (onBean == null && !Annotated.with(DualWrite.class, bean)) {
            return bean;
        }
        Annotations annotations = new Annotations(onBean, bean);
        annotations.migrations().forEach(migration -> annotated.put(name + SEPARATOR + migration, name));
        if (annotations.hasReads()) {
            reading.add(name);
        }
        Map<String, Participation> parts = new ConcurrentHashMap<>();
        Function<String, Participation> part = migration -> parts.computeIfAbsent(migration, this::participation);
        Advisor advisor = new DefaultPointcutAdvisor(
                annotations, new ParticipationAdvice(annotations, OwnTransactions.of(bean), part));
        if (bean instanceof Advised proxy && !proxy.isFrozen()) {
            proxy.addAdvisor(position(proxy.getAdvisors(), name, annotations.hasReads()), advisor);
            return bean;
        }
        return Proxies.around(bean, name, advisor);
    }

    /**
     * Refuses annotations that could have no effect, once all beans are there.
     *
     * @throws MigrationSetupException when a migration that an annotation names is not there, or does not capture
     */
    @Override
    public void afterSingletonsInstantiated() {
        new TreeMap<>(annotated).forEach((key, bean) -> {
            JdbcMigration found = migration(key.substring(bean.length() + 1), bean);
            if (!settings.apply(found.name()).captured()) {
                throw new MigrationSetupException(
                        "The bean '" + bean + "' has @DualWrite of migration '" + found.name()
                                + "', which does not notice what the application's DataSource is told.",
                        "Set dualwrite.migrations." + found.name()
                                + ".capture=true, or follow-authority=true; or remove the"
                                + " annotation where the bean is a repository that was decorated.");
            }
            refuseReadsOfOneSide(bean, found);
        });
    }

    private void refuseReadsOfOneSide(String bean, JdbcMigration migration) {
        if (reading.contains(bean) && !settings.apply(migration.name()).follows()) {
            throw new MigrationSetupException(
                    "The bean '" + bean
                            + "' has @Reads beside @DualWrite, but its reads cannot reach the copy of migration '"
                            + migration.name() + "'.",
                    "Set dualwrite.migrations." + migration.name()
                            + ".follow-authority=true, where both databases understand"
                            + " the same statements, or jpa=true; or remove @Reads.");
        }
    }

    private Participation participation(String migration) {
        JdbcMigration found = migration(migration, migration);
        return new Participation(found, settings.apply(found.name()), transactions(found));
    }

    private JdbcMigration migration(String name, String bean) {
        List<JdbcMigration> all =
                beans.getBeanProvider(JdbcMigration.class).orderedStream().toList();
        List<JdbcMigration> meant = all.stream()
                .filter(one -> name.isEmpty() || one.name().equals(name))
                .toList();
        if (meant.size() != 1) {
            throw new MigrationSetupException(
                    "The bean '" + bean + "' has @DualWrite"
                            + (name.isEmpty() ? " without a name" : " of migration '" + name + "'") + ", but there are "
                            + all.stream().map(JdbcMigration::name).toList() + ".",
                    "Name one of them in the annotation, or declare it.");
        }
        return meant.get(0);
    }

    /** The transaction manager that begins what nobody has begun; asked for when it is needed. */
    private Supplier<PlatformTransactionManager> transactions(JdbcMigration migration) {
        return () -> {
            TransactionManager found =
                    beans.getBeanProvider(TransactionManager.class).getIfUnique();
            if (found instanceof PlatformTransactionManager manager) {
                return manager;
            }
            throw new MigrationSetupException(
                    "There is no single transaction manager to begin transactions of migration '" + migration.name()
                            + "' with.",
                    "Make the one of the application's own DataSource @Primary, or put @Transactional on the method.");
        };
    }

    /** Right before the transaction; last where that is further in, or nowhere. */
    private static int position(Advisor[] advisors, String name, boolean reads) {
        int at = advisors.length;
        for (int each = 0; each < advisors.length; each++) {
            Advice advice = advisors[each].getAdvice();
            if (advice instanceof TransactionAspectSupport) {
                at = Math.min(at, each);
            } else if (reads && each > at && isCache(advice)) {
                throw new MigrationSetupException(
                        "The bean '" + name
                                + "' has @DualWrite, @Reads, and a cache that is asked inside of its transactions,"
                                + " so that reads would be compared with themselves.",
                        "Let caches be asked first: @EnableCaching(order = Ordered.LOWEST_PRECEDENCE - 1).");
            }
        }
        return at;
    }

    private static boolean isCache(Advice advice) {
        for (Class<?> at = advice.getClass(); at != null; at = at.getSuperclass()) {
            if (at.getName().equals(CACHES)) {
                return true;
            }
        }
        return false;
    }
}
