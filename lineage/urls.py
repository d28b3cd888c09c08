"""Pages of the lineage, below /<tenant>/."""

from django.urls import URLPattern, path

from lineage.views.executions import execution_detail, execution_list
from lineage.views.flows import flow_detail, flow_list
from lineage.views.home import home
from lineage.views.usages import asset_executions

app_name = "lineage"
urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("executions", execution_list, name="execution_list"),
    path("executions/<path:execution_id>", execution_detail, name="execution_detail"),
    path("flows", flow_list, name="flow_list"),
    path("flows/<str:namespace>/<str:flow_id>", flow_detail, name="flow_detail"),
    path("assets/<asset_id:asset_id>/-/executions", asset_executions, name="asset_executions"),
]
