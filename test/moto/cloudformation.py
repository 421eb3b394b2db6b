"""Creates a stack in moto from a synthesised template, and prints what it has: {"outputs": …, "resources": …, "environment": …}.

Usage: cloudformation.py STACK TEMPLATE [ASSET_DIRECTORY] [Parameter=Value …]

moto is not bootstrapped: the bucket and the object that the function's code stands in are put there first. Nor does it
know alarms, to which the dashboard refers: both are left out. Secrets, schedules and the policies of topics, buckets and
queues it skips by itself.
"""

import io
import json
import pathlib
import sys
import zipfile

import boto3

name, template_file, *rest = sys.argv[1:]
parameters = [dict(zip(("ParameterKey", "ParameterValue"), each.split("=", 1))) for each in rest if "=" in each]
assets = [pathlib.Path(each) for each in rest if "=" not in each]
template = json.loads(pathlib.Path(template_file).read_text())
unknown = [key for key, each in template["Resources"].items() if each["Type"].startswith("AWS::CloudWatch::")]
for section in ("Resources", "Outputs"):
    template[section] = {
        key: each
        for key, each in template.get(section, {}).items()
        if key not in unknown and not any(f'"{name}"' in json.dumps(each) for name in unknown)
    }
account = boto3.client("sts").get_caller_identity()["Account"]
region = boto3.session.Session().region_name


def put_asset(code, directory):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in directory.iterdir():
            zipped.write(path, path.name)
    bucket = code["S3Bucket"]
    if isinstance(bucket, dict):
        bucket = bucket["Fn::Sub"].replace("${AWS::AccountId}", account).replace("${AWS::Region}", region)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_object(Bucket=bucket, Key=code["S3Key"], Body=archive.getvalue())


for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Lambda::Function":
        put_asset(resource["Properties"]["Code"], assets[0])

cloudformation = boto3.client("cloudformation")
cloudformation.create_stack(
    StackName=name,
    TemplateBody=json.dumps(template),
    Parameters=parameters,
    Capabilities=["CAPABILITY_NAMED_IAM"],
)
stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
described = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
# Of some resources, moto tells nothing at all.
resources = [each for each in described if "LogicalResourceId" in each]
# moto does not tell every type; the template does.
types = {each["LogicalResourceId"]: template["Resources"][each["LogicalResourceId"]]["Type"] for each in resources}
functions = [
    each["PhysicalResourceId"] for each in resources if types[each["LogicalResourceId"]] == "AWS::Lambda::Function"
]
environment = {}
for function in functions:
    configuration = boto3.client("lambda").get_function_configuration(FunctionName=function)
    environment.update(configuration.get("Environment", {}).get("Variables", {}))
json.dump(
    {
        "status": stack["StackStatus"],
        "outputs": {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])},
        "resources": types,
        "environment": environment,
    },
    sys.stdout,
)
