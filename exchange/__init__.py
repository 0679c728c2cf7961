"""Files in and out: feeds from awarding bodies and DAS, and the sample feed."""
