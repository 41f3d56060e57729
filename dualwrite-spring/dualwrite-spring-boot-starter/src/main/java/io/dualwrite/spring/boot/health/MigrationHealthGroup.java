package io.dualwrite.spring.boot.health;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;

/** A health group of the migrations alone, which shows what all of health shows. */
final class MigrationHealthGroup implements HealthEndpointGroup {
    private static final String NAME = "dualwrite";
    private static final String CONTRIBUTOR = "dualwriteMigrations";

    private final HealthEndpointGroup all;

    private MigrationHealthGroup(HealthEndpointGroup all) {
        this.all = all;
    }

    /** These and the group {@code dualwrite}, unless the application has declared one of that name. */
    static HealthEndpointGroups addTo(HealthEndpointGroups groups) {
        if (groups.getNames().contains(NAME)) {
            return groups;
        }
        Map<String, HealthEndpointGroup> more = new LinkedHashMap<>();
        for (String name : groups.getNames()) {
            HealthEndpointGroup group = groups.get(name);
            if (group != null) {
                more.put(name, group);
            }
        }
        more.put(NAME, new MigrationHealthGroup(groups.getPrimary()));
        return HealthEndpointGroups.of(groups.getPrimary(), more);
    }

    @Override
    public boolean isMember(String name) {
        return name.equals(CONTRIBUTOR) || name.startsWith(CONTRIBUTOR + "/");
    }

    @Override
    public boolean showComponents(SecurityContext context) {
        return all.showComponents(context);
    }

    @Override
    public boolean showDetails(SecurityContext context) {
        return all.showDetails(context);
    }

    @Override
    public StatusAggregator getStatusAggregator() {
        return all.getStatusAggregator();
    }

    @Override
    public HttpCodeStatusMapper getHttpCodeStatusMapper() {
        return all.getHttpCodeStatusMapper();
    }

    @Override
    public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
        return null;
    }
}
