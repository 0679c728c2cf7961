"""The requirements, lines and series that the second migration writes."""

from typing import Final

REQUIREMENTS: Final = (
    ("FOUNDATION", "PRINCIPAL_LEARNING", "1", 240, None),
    ("FOUNDATION", "PROJECT", "1", 60, None),
    ("FOUNDATION", "FS_ENGLISH", "1|2", 40, None),
    ("FOUNDATION", "FS_MATHEMATICS", "1|2", 40, None),
    ("FOUNDATION", "FS_ICT", "1|2", 40, None),
    ("FOUNDATION", "ASL", "1|2", 120, 120),
    ("FOUNDATION", "PLTS", "", 60, None),
    ("HIGHER", "PRINCIPAL_LEARNING", "2", 420, None),
    ("HIGHER", "PROJECT", "2", 60, None),
    ("HIGHER", "FS_ENGLISH", "2", 27, None),
    ("HIGHER", "FS_MATHEMATICS", "2", 27, None),
    ("HIGHER", "FS_ICT", "2", 26, None),
    ("HIGHER", "ASL", "2|3", 180, 180),
    ("HIGHER", "PLTS", "", 60, None),
    ("ADVANCED", "PRINCIPAL_LEARNING", "3", 540, None),
    ("ADVANCED", "PROJECT", "3", 120, None),
    ("ADVANCED", "FS_ENGLISH", "2", 0, None),
    ("ADVANCED", "FS_MATHEMATICS", "2", 0, None),
    ("ADVANCED", "FS_ICT", "2", 0, None),
    ("ADVANCED", "ASL", "3|4", 360, 360),
    ("ADVANCED", "PLTS", "", 60, None),
    ("PROGRESSION", "PRINCIPAL_LEARNING", "3", 540, None),
    ("PROGRESSION", "PROJECT", "3", 120, None),
    ("PROGRESSION", "FS_ENGLISH", "2", 0, None),
    ("PROGRESSION", "FS_MATHEMATICS", "2", 0, None),
    ("PROGRESSION", "FS_ICT", "2", 0, None),
    ("PROGRESSION", "PLTS", "", 60, None),
)
"""Level, component, levels of qualifications, hours, and the least hours."""

LINES: Final = (
    ("CONSTRUCTION_AND_THE_BUILT_ENVIRONMENT", "Construction and the built environment", 1, True),
    ("CREATIVE_AND_MEDIA", "Creative and media", 1, True),
    ("ENGINEERING", "Engineering", 1, True),
    ("INFORMATION_TECHNOLOGY", "Information technology", 1, True),
    ("SOCIETY_HEALTH_AND_DEVELOPMENT", "Society, health and development", 1, True),
    ("BUSINESS_ADMINISTRATION_AND_FINANCE", "Business, administration and finance", 2, True),
    ("ENVIRONMENTAL_AND_LAND_BASED_STUDIES", "Environmental and land-based studies", 2, True),
    ("HAIR_AND_BEAUTY_STUDIES", "Hair and beauty studies", 2, True),
    ("HOSPITALITY", "Hospitality", 2, True),
    ("MANUFACTURING_AND_PRODUCT_DESIGN", "Manufacturing and product design", 2, True),
    ("PUBLIC_SERVICES", "Public services", 3, True),
    ("RETAIL_BUSINESS", "Retail business", 3, True),
    ("SPORT_AND_ACTIVE_LEISURE", "Sport and active leisure", 3, True),
    ("TRAVEL_AND_TOURISM", "Travel and tourism", 3, True),
    ("HUMANITIES_AND_SOCIAL_SCIENCES", "Humanities and social sciences", 4, False),
    (
        "LANGUAGES_AND_INTERNATIONAL_COMMUNICATION",
        "Languages and international communication",
        4,
        False,
    ),
    ("SCIENCE", "Science", 4, False),
)
"""Code, name, phase, and whether it is active."""

SERIES: Final = (
    ("January", 3, 0),
    ("March", 5, 0),
    ("June", 8, 0),
    ("November", 1, 1),
)
"""Month, the month of its results, and how many years later that is."""
