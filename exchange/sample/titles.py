"""The words of the sample catalogue: unit titles by line, subjects, awarding bodies."""

from typing import NamedTuple


class LineTitles(NamedTuple):
    """How the principal learning of a line is written in the catalogue."""

    line: str
    name: str
    prefix: str
    """The two letters that its unit codes begin with."""
    units: tuple[str, ...]


PRINCIPAL_LEARNING = (
    LineTitles(
        "CONSTRUCTION_AND_THE_BUILT_ENVIRONMENT",
        "Construction and the Built Environment",
        "CB",
        (
            "Design the Built Environment: the Design Process",
            "Create the Built Environment: Structures",
            "Value and Use of the Built Environment: Communities",
            "Health, Safety and Environmental Influences",
            "Materials and Structures",
            "Modern Methods of Construction",
            "Maintain the Built Environment",
        ),
    ),
    LineTitles(
        "CREATIVE_AND_MEDIA",
        "Creative and Media",
        "CM",
        (
            "Scene",
            "Performance",
            "Artefact",
            "Record",
            "Campaign",
            "Festival",
            "Commission",
        ),
    ),
    LineTitles(
        "ENGINEERING",
        "Engineering",
        "EG",
        (
            "The Engineering World",
            "Investigating Engineering Design",
            "Engineering Applications of Computers",
            "Producing Engineering Solutions",
            "Electronic and Electrical Systems",
            "Manufacturing Engineering",
            "Innovation and Enterprise in Engineering",
        ),
    ),
    LineTitles(
        "INFORMATION_TECHNOLOGY",
        "Information Technology",
        "IT",
        (
            "The Potential of Technology",
            "Exploring Organisations",
            "Effective Communication",
            "Skills for Innovation",
            "Technology Systems",
            "Multimedia",
            "Managing Projects",
        ),
    ),
    LineTitles(
        "SOCIETY_HEALTH_AND_DEVELOPMENT",
        "Society, Health and Development",
        "SH",
        (
            "Principles and Values in Practice",
            "Working Together and Communicating",
            "Safeguarding and Protecting Individuals",
            "Growth, Development and Healthy Living",
            "Needs and Preferences of Individuals",
            "Antisocial and Offending Behaviour",
            "Supporting Children and Young People",
        ),
    ),
    LineTitles(
        "BUSINESS_ADMINISTRATION_AND_FINANCE",
        "Business, Administration and Finance",
        "BA",
        (
            "Business Enterprise",
            "Business Administration and Events",
            "Personal Finance and Financial Services",
            "Accounting and Business Finance",
            "Marketing and Sales",
            "Teams, Roles and Communication",
            "Responding to Change",
        ),
    ),
    LineTitles(
        "ENVIRONMENTAL_AND_LAND_BASED_STUDIES",
        "Environmental and Land-based Studies",
        "EL",
        (
            "Working in the Environmental and Land-based Industries",
            "Plants, Animals and Habitats",
            "Rearing and Caring for Animals",
            "Growing and Managing Plants",
            "Sustainable Use of the Countryside",
            "Pollution, Waste and Recycling",
            "Managing an Environmental Project",
        ),
    ),
    LineTitles(
        "HAIR_AND_BEAUTY_STUDIES",
        "Hair and Beauty Studies",
        "HB",
        (
            "Safe and Healthy Working Practices",
            "The World of Hair and Beauty",
            "The Science of Hair and Beauty",
            "Communication and Client Care",
            "Hair and Beauty in Society",
            "Exploring Skin Care and Make-up",
            "Business and Promotion in the Sector",
        ),
    ),
    LineTitles(
        "HOSPITALITY",
        "Hospitality",
        "HO",
        (
            "Introducing the Hospitality Industry",
            "Food and Beverage Service",
            "Customer Service in Hospitality",
            "Preparing and Cooking Food",
            "Planning a Hospitality Event",
            "Finance and People in Hospitality",
            "Sustainable Hospitality",
        ),
    ),
    LineTitles(
        "MANUFACTURING_AND_PRODUCT_DESIGN",
        "Manufacturing and Product Design",
        "MP",
        (
            "Working in Manufacturing and Product Design",
            "Product Design and Materials",
            "Business and Enterprise in Manufacturing",
            "Manufacturing Processes",
            "Quality and Efficiency",
            "Supply, Logistics and Stock",
            "Planning a Production Run",
        ),
    ),
)

VOCATIONAL_SUBJECTS = (
    "Art and Design",
    "Business",
    "Children's Care, Learning and Development",
    "Health and Social Care",
    "Hospitality",
    "ICT Practitioners",
    "Media",
    "Music",
    "Performing Arts",
    "Public Services",
    "Sport",
    "Travel and Tourism",
)

EXAMINED_SUBJECTS = (
    ("History", "DB1"),
    ("Geography", "DF1"),
    ("French", "FK1"),
    ("Spanish", "FK4"),
    ("Mathematics", "RB1"),
    ("Additional Science", "RA1E"),
    ("Religious Studies", "DD1"),
    ("Business Studies", "AA3"),
)
"""GCSE subjects that are examined outside the centre, with their barring codes."""

COURSEWORK_SUBJECTS = (
    ("Art and Design: Fine Art", "JC7"),
    ("Art and Design: Graphic Communication", "JC7"),
    ("Drama", "LC1"),
    ("Design and Technology: Product Design", "VF1"),
)
"""GCSE subjects with centre marks; the first two bar each other."""

ADVANCED_SUBJECTS = (
    ("Applied Business", "AA5"),
    ("Physics", "RC1"),
    ("Media Studies", "KA2"),
    ("Psychology", "JK1"),
)
"""GCE subjects, with their barring codes."""

OTHER_BODIES = ("AQA", "OCR", "City & Guilds", "WJEC", "EDI", "NCFE")
