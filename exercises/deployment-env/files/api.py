from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    # Answer with the value of the environment variable DEPLOYMENT instead.
    return "This is no deployment\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
