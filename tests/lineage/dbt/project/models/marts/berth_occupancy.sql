select
    berths.berth_id,
    berths.berth_name,
    count(calls.call_id) as calls,
    max(calls.arrived_at) as last_arrival
from {{ ref('berths') }} as berths
left join {{ ref('stg_port_calls') }} as calls using (berth_id)
group by all
