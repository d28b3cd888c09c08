select * from {{ ref('berth_occupancy') }} order by calls desc limit 1
