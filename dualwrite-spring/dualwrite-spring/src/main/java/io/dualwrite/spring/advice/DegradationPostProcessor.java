package io.dualwrite.spring.advice;

import io.dualwrite.degrade.Degradation;
import io.dualwrite.spring.DegradationSettings;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.GracefulDegradation;
import io.dualwrite.spring.MigrationSetupException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;

/**
 * Puts the advice of {@link GracefulDegradation} on beans, outside of everything else that is around their calls, so that what
 * breakers, retries and transactions throw is answered too. Beans can be named in settings instead. Ends the threads of all
 * parts with the context.
 */
public final class DegradationPostProcessor implements BeanPostProcessor, Ordered, DisposableBean {
    private final ListableBeanFactory beans;
    private final Function<String, Optional<DegradationSettings>> settings;
    private final Map<String, DegradationAdvice> parts = new ConcurrentHashMap<>();

    /** {@code settings} are asked for by a bean's name; where there are none, annotations count alone. */
    public DegradationPostProcessor(
            ListableBeanFactory beans, Function<String, Optional<DegradationSettings>> settings) {
        this.beans = beans;
        this.settings = settings;
    }

    /** After all others: what is put around a bean last is asked first. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof FactoryBean) {
            // What it makes comes by as well, under the same name.
            return bean;
        }
        DegradationSettings said = settings.apply(name).orElse(null);
        GracefulDegradation onBean =
                beans.containsBean(name) ? beans.findAnnotationOnBean(name, GracefulDegradation.class, false) : null;
        if (said == null && onBean == null && !Annotated.with(GracefulDegradation.class, bean)) {
            return bean;
        }
        if (said != null && !said.enabled()) {
            return bean;
        }
        refuseWrites(bean, name);
        DegradationAdvice advice = new DegradationAdvice(name, said, onBean, bean);
        parts.put(name, advice);
        Advisor advisor = new DefaultPointcutAdvisor(advice.pointcut(), advice);
        if (bean instanceof Advised proxy && !proxy.isFrozen()) {
            proxy.addAdvisor(0, advisor);
            return bean;
        }
        return Proxies.around(bean, name, advisor);
    }

    /** How all parts are doing, by the names of bean and method, those that were never called left out. */
    public List<Degradation> states() {
        return parts.values().stream().flatMap(part -> part.states().stream()).toList();
    }

    @Override
    public void destroy() {
        parts.values().forEach(DegradationAdvice::close);
    }

    private void refuseWrites(Object bean, String name) {
        boolean writes = (beans.containsBean(name) && beans.findAnnotationOnBean(name, DualWrite.class, false) != null)
                || Annotated.with(DualWrite.class, bean);
        if (writes) {
            throw new MigrationSetupException(
                    "The bean '" + name + "' has @GracefulDegradation and @DualWrite: a write that may be answered by a"
                            + " substitute is a write that may be lost.",
                    "Keep one of them, or put them on different beans.");
        }
    }
}
