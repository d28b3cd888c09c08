select * from {{ ref('deep_ships') }}
