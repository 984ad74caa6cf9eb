"""What happens to what the Services lead to, and to the nodes it runs on, one function a deed, as in `deeds`."""

from __future__ import annotations

from migrator.simulation.troubles.ground import Ground, Undo
from migrator.simulation.troubles.trouble import Trouble


def scaled_to_zero(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody stops what the Service leads to."""
    return ground.scaled(*ground.app, 0)


def scaled(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody, or an autoscaler, changes the number of pods."""
    return ground.scaled(*ground.app, int(trouble.amount))


def pods_restarted(ground: Ground, trouble: Trouble) -> Undo | None:
    """A new version is rolled out."""
    ground.world.workloads.restart(*ground.app)
    return None


def pod_failing(ground: Ground, trouble: Trouble) -> Undo | None:
    """One pod's readiness probe fails for a while."""
    pods = ground.world.workloads.pods_of(*ground.app)
    if not pods:
        return None
    name = ground.chance.choice(pods)["metadata"]["name"]
    ground.world.workloads.fail_pod(ground.app[0], name)
    return lambda: ground.world.workloads.recover_pod(ground.app[0], name)


def node_drained(ground: Ground, trouble: Trouble) -> Undo | None:
    """A node is drained, and used again later."""
    node = ground.some_node()
    if node is None:
        return None
    ground.world.workloads.drain(node)
    return ground.with_node(node, ground.world.workloads.uncordon)


def node_replaced(ground: Ground, trouble: Trouble) -> Undo | None:
    """A node group exchanges one node for a new one."""
    node = ground.some_node()
    if node is None:
        return None
    zone = ground.world.kube.get("Node", "", node)["metadata"]["labels"]["topology.kubernetes.io/zone"]
    places = [each.zone for each in ground.stage.estate.private_subnets]
    ground.stage.estate.add_node(places.index(zone))

    def remove() -> None:
        if ground.world.kube.find("Node", "", node) is not None:
            ground.world.workloads.remove_node(node)

    ground.world.after(trouble.amount, remove)
    return None


def zone_flapping(ground: Ground, trouble: Trouble) -> Undo | None:
    """The nodes of one zone are lost and found again, over and over."""
    node = ground.some_node()
    if node is None:
        return None
    zone = ground.zone_of(node)
    going, down = True, False

    def turn() -> None:
        nonlocal down
        if not going and not down:
            return
        down = not down
        act = ground.world.workloads.fail_node if down else ground.world.workloads.recover_node
        for each in ground.nodes():
            if ground.zone_of(each) == zone:
                act(each)
        if going:
            ground.world.after(trouble.amount, turn)

    def stop() -> None:
        nonlocal going
        going = False
        if down:
            turn()

    turn()
    return stop
