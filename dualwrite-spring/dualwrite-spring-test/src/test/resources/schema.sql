create table orders (id bigint primary key, customer varchar(40));
