-- An order of one product, in one transaction and one round trip: answered once, whatever happens,
-- and the same when it is sent again.
CREATE TABLE stock (product text PRIMARY KEY, remaining bigint NOT NULL, price bigint NOT NULL);
CREATE TABLE orders (buyer bigint, number bigint, answer text NOT NULL,
                     PRIMARY KEY (buyer, number));
CREATE TABLE ledger (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, buyer bigint NOT NULL,
                     number bigint NOT NULL, product text NOT NULL, units bigint NOT NULL,
                     price bigint NOT NULL);

CREATE FUNCTION place_order (a_buyer bigint, a_number bigint, a_product text, a_units bigint)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    a_price bigint;
BEGIN
    INSERT INTO orders VALUES (a_buyer, a_number, 'sold') ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN (SELECT answer FROM orders WHERE buyer = a_buyer AND number = a_number);
    END IF;
    UPDATE stock SET remaining = remaining - a_units
        WHERE product = a_product AND remaining >= a_units RETURNING price INTO a_price;
    IF NOT FOUND THEN
        UPDATE orders SET answer = 'out_of_stock' WHERE buyer = a_buyer AND number = a_number;
        RETURN 'out_of_stock';
    END IF;
    INSERT INTO ledger (buyer, number, product, units, price)
        VALUES (a_buyer, a_number, a_product, a_units, a_price);
    RETURN 'sold';
END $$;
