"""Which systems there are in the namespaces of datasets, and how the naming spec spells them."""

#: Spellings of one store → the one that the naming spec uses.
SCHEMES = {
    "s3a": "s3",
    "s3n": "s3",
    "gcs": "gs",
    "abfs": "abfss",
    "wasb": "wasbs",
}
#: Object stores: the name is a key, which has no slash in front.
OBJECT_STORES = frozenset({"s3", "gs", "abfss", "wasbs", "adl", "oss", "obs", "cos", "cosn", "r2"})
#: File systems: the name is a path.
FILE_SYSTEMS = frozenset(
    {"file", "hdfs", "webhdfs", "viewfs", "har", "dbfs", "gvfs", "alluxio", "maprfs", "nfs", "ftp"}
    | {"sftp", "smb", "local"}
)
STORAGE = OBJECT_STORES | FILE_SYSTEMS
MESSAGING = frozenset(
    {"kafka", "pubsub", "pulsar", "kinesis", "eventhub", "eventhubs", "rabbitmq", "amqp", "mqtt"}
    | {"sqs", "sns", "nats", "servicebus"}
)
#: The spec writes the port, and clients add it to an address without one (OpenLineage's JDBC
#: extractors); so do we. Not hive and hdfs: theirs depends on the service that answers.
PORTS = {
    "postgres": "5432",
    "postgresql": "5432",
    "redshift": "5439",
    "mysql": "3306",
    "mariadb": "3306",
    "sqlserver": "1433",
    "mssql": "1433",
    "oracle": "1521",
    "trino": "8080",
    "cassandra": "9042",
    "clickhouse": "8123",
    "db2": "50000",
    "teradata": "1025",
    "crate": "5432",
    "oceanbase": "2881",
    "kafka": "9092",
}
#: Systems of tables.
DATABASES = (PORTS.keys() - MESSAGING) | {
    "awsathena",
    "azurecosmos",
    "azurekusto",
    "bigquery",
    "databricks",
    "druid",
    "duckdb",
    "dynamodb",
    "elasticsearch",
    "hbase",
    "hive",
    "iceberg",
    "mongodb",
    "presto",
    "snowflake",
    "spanner",
    "sqlite",
    "unitycatalog",
    "vertica",
}
SYSTEMS = STORAGE | MESSAGING | DATABASES
#: Stores without a schema level between database and table.
DATABASE_TABLE = frozenset(
    {"mysql", "mariadb", "cassandra", "hive", "teradata", "oceanbase", "glue", "clickhouse"}
)
#: Buckets are names, not hosts: their case is theirs.
NO_HOST = frozenset({"s3", "gs", "oss", "obs", "cos", "cosn", "r2"})
#: Stores whose `container@account` is no user's name.
CONTAINERS = frozenset({"abfss", "wasbs", "adl"})
