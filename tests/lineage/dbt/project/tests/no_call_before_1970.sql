select call_id from {{ ref('stg_port_calls') }} where arrived_at < date '1970-01-01'
