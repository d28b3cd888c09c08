select
    call_id,
    berth_id,
    trim(ship) as ship_name,
    arrived_at,
    left_at
from {{ source('traffic', 'port_calls') }}
