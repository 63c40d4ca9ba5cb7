-- Until when a person has seen what changed on a restaurant's day; what came after stays shown until acknowledged.
CREATE TABLE maitred.people_looked (
    person_id uuid NOT NULL REFERENCES maitred.people ON DELETE CASCADE,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, restaurant_id, service_date)
);
