"""TalentFlux: an open hiring platform for recruiters and job seekers."""

__version__ = "0.1.0"
