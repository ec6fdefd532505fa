import enum


class ClusterType(enum.Enum):
    NONE = 1
    SPOT = 2
    ON_DEMAND = 3
