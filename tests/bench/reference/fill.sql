-- From the copied file to the tables. Keys are ordered by time, as version 7 of UUIDs is, and the same each time.
INSERT INTO product SELECT gen_random_uuid(), product FROM copied GROUP BY product;
INSERT INTO feature SELECT gen_random_uuid(), product.id, feature
    FROM copied JOIN product ON product.key = copied.product GROUP BY product.id, feature;
INSERT INTO release SELECT gen_random_uuid(), product.id, release
    FROM copied JOIN product ON product.key = copied.product GROUP BY product.id, release;
INSERT INTO customer SELECT gen_random_uuid(), customer, min(segment) FROM copied GROUP BY customer;
INSERT INTO scale SELECT row_number() OVER (ORDER BY scale), scale FROM copied GROUP BY scale;
INSERT INTO feedback
    SELECT (lpad(to_hex((extract(epoch FROM occurred_at) * 1000)::bigint), 12, '0') || '7' ||
            substr(md5(external_id), 1, 3) || '8' || substr(md5(external_id), 4, 15))::uuid,
        product.id, feature.id, release.id, customer.id, scale.id, rating, comment, channel, occurred_at, now(), 'import',
        external_id
    FROM copied
    JOIN product ON product.key = copied.product
    JOIN feature ON feature.product_id = product.id AND feature.key = copied.feature
    JOIN release ON release.product_id = product.id AND release.version = copied.release
    JOIN customer ON customer.key = copied.customer
    JOIN scale ON scale.key = copied.scale;
DROP TABLE copied;
VACUUM ANALYZE;
