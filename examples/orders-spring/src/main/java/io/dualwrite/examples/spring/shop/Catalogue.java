package io.dualwrite.examples.spring.shop;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Products and their categories; prices are cached. */
@Service
@Transactional
public class Catalogue {
    private final Products products;
    private final Categories categories;

    Catalogue(Products products, Categories categories) {
        this.products = products;
        this.categories = categories;
    }

    public Product add(String title, BigDecimal price, List<String> names) {
        Product product = new Product(title, price);
        for (String name : names) {
            product.getCategories()
                    .add(categories.findByName(name).orElseGet(() -> categories.save(new Category(name))));
        }
        return products.save(product);
    }

    @CacheEvict(cacheNames = "prices", key = "#id")
    public void reprice(UUID id, BigDecimal price) {
        products.findById(id).orElseThrow().setPrice(price);
    }

    @Transactional(readOnly = true)
    @Cacheable(cacheNames = "prices")
    public BigDecimal price(UUID id) {
        return products.findById(id).orElseThrow().getPrice();
    }

    @Transactional(readOnly = true)
    public List<String> titles(String category) {
        return products.findByCategoriesNameOrderByTitle(category).stream()
                .map(Product::getTitle)
                .toList();
    }

    @Transactional(readOnly = true)
    public long cheaperThan(BigDecimal price) {
        return products.count((product, query, build) -> build.lessThan(product.get("price"), price));
    }
}
