package io.dualwrite.spring.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.spring.boot.BootLine;
import io.dualwrite.spring.boot.DualwriteAutoConfiguration;
import io.dualwrite.spring.boot.SampleShop;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

/** Who may do what at the endpoint. */
class EndpointAccessTest {
    private final WebApplicationContextRunner shop = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    BootLine.named("EndpointAutoConfiguration"),
                    BootLine.named("WebEndpointAutoConfiguration"),
                    DualwriteAutoConfiguration.class,
                    DualwriteEndpointAutoConfiguration.class))
            .withUserConfiguration(SampleShop.origin(), SampleShop.tables())
            .withPropertyValues("dualwrite.migrations.shop.attested-by=the tests");

    @Test
    void itIsReadOnlyUnlessSaidOtherwise() {
        WebApplicationContextRunner exposed = shop.withUserConfiguration(SampleShop.target())
                .withPropertyValues("management.endpoints.web.exposure.include=dualwrite");

        exposed.run(context -> assertThat(methods(context.getBean(WebEndpointsSupplier.class)))
                .containsExactlyInAnyOrder(
                        "GET dualwrite",
                        "GET dualwrite/{migration}",
                        "GET dualwrite/{migration}/{part}",
                        "GET dualwrite/{migration}/{part}/{item}"));
        exposed.withPropertyValues("management.endpoint.dualwrite.access=UNRESTRICTED")
                .run(context -> assertThat(methods(context.getBean(WebEndpointsSupplier.class)))
                        .contains(
                                "GET dualwrite/{migration}",
                                "POST dualwrite/{migration}/{order}",
                                "POST dualwrite/{migration}/{part}/{order}"));
    }

    @Test
    void itIsNotThereUnlessExposed() {
        shop.withUserConfiguration(SampleShop.target())
                .run(context -> assertThat(context).doesNotHaveBean(DualwriteEndpoint.class));
        shop.withUserConfiguration(SampleShop.target())
                .withPropertyValues("management.endpoints.web.exposure.include=dualwrite", "dualwrite.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(DualwriteEndpoint.class));
    }

    @Test
    void aTargetThatIsNotThereIsAReasonAndNoFailure() {
        shop.withUserConfiguration(SampleShop.unreachableTarget())
                .withPropertyValues(
                        "dualwrite.migrations.shop.create-tables=true",
                        "management.endpoints.web.exposure.include=dualwrite",
                        "management.endpoint.dualwrite.access=UNRESTRICTED")
                .run(context -> {
                    DualwriteWebExtension endpoint = context.getBean(DualwriteWebExtension.class);
                    WebEndpointResponse<Object> refused =
                            endpoint.order(SecurityContext.NONE, "shop", Order.ADVANCE, null, "ann", null, null);
                    WebEndpointResponse<Object> looked = endpoint.migration("shop");

                    assertThat(refused.getStatus()).isIn(409, 503);
                    assertThat(refused.getBody().toString()).contains("TARGET").doesNotContain("jdbc:");
                    assertThat(looked.getStatus()).isEqualTo(200);
                    assertThat(looked.getBody().toString()).contains("TARGET").doesNotContain("jdbc:");
                });
    }

    private static List<String> methods(WebEndpointsSupplier endpoints) {
        return endpoints.getEndpoints().stream()
                .filter(endpoint -> endpoint.getEndpointId().toString().equals("dualwrite"))
                .flatMap(endpoint -> endpoint.getOperations().stream())
                .map(WebOperation::getRequestPredicate)
                .map(predicate -> predicate.getHttpMethod() + " " + predicate.getPath())
                .toList();
    }
}
