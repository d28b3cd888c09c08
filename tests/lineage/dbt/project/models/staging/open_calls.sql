{{ config(materialized='ephemeral') }}
select * from {{ ref('stg_port_calls') }} where left_at is null
