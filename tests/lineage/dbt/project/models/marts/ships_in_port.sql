{{ config(materialized='incremental', unique_key='call_id') }}
select call_id, berth_id, ship_name, arrived_at from {{ ref('open_calls') }}
{% if is_incremental() %}
where arrived_at > (select max(arrived_at) from {{ this }})
{% endif %}
