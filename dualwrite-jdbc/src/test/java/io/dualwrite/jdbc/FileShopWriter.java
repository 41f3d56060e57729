package io.dualwrite.jdbc;

import java.nio.file.Path;

/** A process that inserts customers for ever and says which were acknowledged; to be killed. */
final class FileShopWriter {
    private FileShopWriter() {}

    public static void main(String[] args) throws Exception {
        FileShop shop = FileShop.durable(Path.of(args[0]));
        shop.migration.start();
        for (long id = Long.parseLong(args[1]); ; id++) {
            shop.insert(id);
            System.out.println("acknowledged " + id);
            System.out.flush();
        }
    }
}
