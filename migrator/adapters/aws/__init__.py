"""AWS through boto3: one call per question where a page serves, SDK retries off, errors in our families."""
