"""Rating scales: read from YAML, checked, shown and scored; nothing here touches the database."""
