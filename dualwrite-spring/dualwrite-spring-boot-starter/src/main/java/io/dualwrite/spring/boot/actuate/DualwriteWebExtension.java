package io.dualwrite.spring.boot.actuate;

import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Says over HTTP why something is refused: 404 without such a migration, 400 for what cannot be understood, 409 with every
 * reason when gates do not hold, 503 when a store cannot be reached. Backfills and verifications that have begun are 202.
 */
@EndpointWebExtension(endpoint = DualwriteEndpoint.class)
@RegisterReflectionForBinding({
    DualwriteWebExtension.Refusal.class,
    MigrationDescription.class,
    ControlAnswer.Journey.class,
    ControlAnswer.Forecast.class,
    ControlAnswer.WayBack.class,
    ControlAnswer.Returned.class,
    ControlAnswer.Audit.class,
    ControlAnswer.Ramp.class,
    ControlAnswer.Rehearsed.class,
    ControlAnswer.Incidents.class,
    ControlAnswer.Story.class,
    ControlAnswer.Runbooks.class,
    ControlAnswer.Runbook.class
})
public final class DualwriteWebExtension {
    private static final int ACCEPTED = 202;

    private final DualwriteEndpoint endpoint;

    /** What an answer that refuses has in it. */
    public record Refusal(List<String> reasons) {}

    /** Over this endpoint. */
    public DualwriteWebExtension(DualwriteEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** As {@link DualwriteEndpoint#migration}. */
    @ReadOperation
    public WebEndpointResponse<Object> migration(@Selector String migration) {
        return answer(WebEndpointResponse.STATUS_OK, () -> endpoint.migration(migration));
    }

    /** As {@link DualwriteEndpoint#order}. */
    @WriteOperation
    @SuppressWarnings("deprecation") // Spring Boot 3.5 takes a parameter for optional by that annotation alone.
    public WebEndpointResponse<Object> order(
            SecurityContext security,
            @Selector String migration,
            @Selector Order order,
            @org.springframework.lang.Nullable Stage stage,
            @org.springframework.lang.Nullable String by,
            @org.springframework.lang.Nullable String why,
            @org.springframework.lang.Nullable VerifyPolicy policy) {
        boolean goesOn = order == Order.BACKFILL || order == Order.VERIFY;
        return answer(
                goesOn ? ACCEPTED : WebEndpointResponse.STATUS_OK,
                () -> endpoint.order(security, migration, order, stage, by, why, policy));
    }

    /** How a part of what operates a migration stands: conductor, ramp, rehearsal, incidents, runbooks. */
    @ReadOperation
    public WebEndpointResponse<Object> part(@Selector String migration, @Selector String part) {
        return answer(
                WebEndpointResponse.STATUS_OK, () -> endpoint.control(migration).look(migration, part, null, null));
    }

    /**
     * One thing of a part.
     *
     * @param item of the conductor forecast, rollback or audit; of the ramp audit; of incidents an id; of runbooks a rule
     * @param stage where a forecast goes; by default COMPLETE
     */
    @ReadOperation
    @SuppressWarnings("deprecation") // As below.
    public WebEndpointResponse<Object> item(
            @Selector String migration,
            @Selector String part,
            @Selector String item,
            @org.springframework.lang.Nullable Stage stage) {
        return answer(
                WebEndpointResponse.STATUS_OK, () -> endpoint.control(migration).look(migration, part, item, stage));
    }

    /**
     * Carries out an order to a part of what operates a migration.
     *
     * @param by who answers for it; by default whoever is logged in
     * @param stage of the conductor: where to travel, or what is approved of
     * @param id of which incident, action item or rule
     * @param yes the answer to a runbook's question
     * @param why why it is held, aborted or resolved
     * @param what what was done, is to be done, or where it is written
     * @param state of an update: how things stand
     * @param actions of an update: what was done
     * @param next of an update: what is done next
     * @param estimate of an update: until when
     * @param owner who does an action item
     * @param due until which day
     */
    @WriteOperation
    @SuppressWarnings("deprecation") // As below.
    public WebEndpointResponse<Object> orderPart(
            SecurityContext security,
            @Selector String migration,
            @Selector String part,
            @Selector String order,
            @org.springframework.lang.Nullable String by,
            @org.springframework.lang.Nullable Stage stage,
            @org.springframework.lang.Nullable String id,
            @org.springframework.lang.Nullable Boolean yes,
            @org.springframework.lang.Nullable String why,
            @org.springframework.lang.Nullable String what,
            @org.springframework.lang.Nullable String state,
            @org.springframework.lang.Nullable String actions,
            @org.springframework.lang.Nullable String next,
            @org.springframework.lang.Nullable String estimate,
            @org.springframework.lang.Nullable String owner,
            @org.springframework.lang.Nullable String due) {
        Map<String, String> told = new LinkedHashMap<>();
        put(told, "why", why);
        put(told, "what", what);
        put(told, "state", state);
        put(told, "actions", actions);
        put(told, "next", next);
        put(told, "estimate", estimate);
        put(told, "owner", owner);
        put(told, "due", due);
        try {
            ControlAnswer answer = endpoint.control(migration)
                    .carryOut(
                            migration,
                            part,
                            order,
                            new ControlOrder(DualwriteEndpoint.answering(security, by), stage, id, yes, told));
            return new WebEndpointResponse<>(answer, answer.orderStatus());
        } catch (OrderRefusedException refused) {
            return answer(refused);
        }
    }

    private static void put(Map<String, String> told, String what, @Nullable String text) {
        if (text != null) {
            told.put(what, text);
        }
    }

    private static WebEndpointResponse<Object> answer(int status, Supplier<Object> asked) {
        try {
            return new WebEndpointResponse<>(asked.get(), status);
        } catch (OrderRefusedException refused) {
            return answer(refused);
        }
    }

    private static WebEndpointResponse<Object> answer(OrderRefusedException refused) {
        return new WebEndpointResponse<>(
                new Refusal(refused.reasons()), refused.kind().status());
    }
}
