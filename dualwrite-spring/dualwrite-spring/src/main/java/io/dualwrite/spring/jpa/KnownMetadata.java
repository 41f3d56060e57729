package io.dualwrite.spring.jpa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.integrator.spi.Integrator;
import org.hibernate.jpa.boot.spi.IntegratorProvider;
import org.hibernate.service.spi.SessionFactoryServiceRegistry;
import org.jspecify.annotations.Nullable;

/** Gets to know how a unit's classes lie in tables, while Hibernate makes it. */
final class KnownMetadata implements Integrator {
    private static final String PROVIDER = "hibernate.integrator_provider";

    private volatile @Nullable Metadata metadata;

    /** One that is asked by the unit that is made with these properties, besides the application's own. */
    static KnownMetadata in(Map<String, Object> properties) {
        KnownMetadata known = new KnownMetadata();
        Object own = properties.get(PROVIDER);
        properties.put(PROVIDER, (IntegratorProvider) () -> {
            List<Integrator> all = new ArrayList<>();
            if (own instanceof IntegratorProvider provider) {
                all.addAll(provider.getIntegrators());
            }
            all.add(known);
            return all;
        });
        return known;
    }

    @Nullable Metadata metadata() {
        return metadata;
    }

    @Override
    public void integrate(Metadata known, BootstrapContext context, SessionFactoryImplementor factory) {
        CollectionKeys.complete(known);
        this.metadata = known;
    }

    @Override
    public void disintegrate(SessionFactoryImplementor factory, SessionFactoryServiceRegistry registry) {}
}
