{# Stands for the vessel traffic system, which would have filled this table. #}
{% macro create_port_calls() %}
create table if not exists main.port_calls as
select * from (values
    (1, 1, ' Albatros ', timestamp '2026-11-01 06:00', timestamp '2026-11-02 18:00'),
    (2, 1, 'Brise',      timestamp '2026-11-03 07:30', null),
    (3, 2, 'Cormorant',  timestamp '2026-11-03 09:00', null)
) as calls(call_id, berth_id, ship, arrived_at, left_at)
{% endmacro %}
