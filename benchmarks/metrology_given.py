"""What all three calculate: JCGM 100:2008, H.1 with a tenth input, and H.3."""

MODEL = "l_s + d + d_1 + d_2 + d_step - l_s * (d_alpha * (theta + cycle) + alpha * d_theta)"
INF = float("inf")
INPUTS = {  # nm and kelvins: value, standard uncertainty, degrees of freedom
    "l_s": (50_000_623.0, 25.0, 18.0),
    "d": (215.0, 5.8, 24.0),
    "d_1": (0.0, 3.9, 5.0),
    "d_2": (0.0, 6.7, 8.0),
    "d_step": (0.0, 0.29, INF),  # Not in H.1: the comparator's last digit of 1 nm.
    "alpha": (11.5e-6, 1.2e-6, INF),
    "d_alpha": (0.0, 0.58e-6, 50.0),
    "theta": (-0.1, 0.2, INF),
    "cycle": (0.0, 0.35, INF),
    "d_theta": (0.0, 0.029, 2.0),
}
PROBABILITY = 0.99
FROM, AT = 20.0, 30.0
SHOWN = (21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511)
READ = [t - FROM for t in SHOWN]
CORRECTIONS = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]


def inputs(turn: int) -> dict[str, tuple[float, float, float]]:
    """The inputs with uncertainties that differ in every turn, the published ones in turn 0."""
    return {
        name: (value, u * (1 + 1e-5 * turn), dof) if name == "d_1" else (value, u, dof)
        for name, (value, u, dof) in INPUTS.items()
    }


def corrections(turn: int) -> list[float]:
    return [CORRECTIONS[0] - 1e-7 * turn, *CORRECTIONS[1:]]
