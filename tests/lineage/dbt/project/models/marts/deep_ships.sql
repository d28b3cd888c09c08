select ships.ship_name, berths.depth_m / 0 as draught, ships.no_such_column
from {{ ref('ships_in_port') }} as ships
join {{ ref('berths') }} as berths using (berth_id)
