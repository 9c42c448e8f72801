//! What is run directly and through the tap: a name, what it needs, and a script for bash.
//!
//! In a script `$N` is a name of its own, `$T` an empty folder. What is made is called `$N…`. Lists are narrowed to it, because
//! other tests use the same engine at the same time; what is built holds it, so that the two ways share no layers; what the engine
//! itself gives in no order is sorted.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// Of the docker CLI.
    Plugin(&'static str),
    /// Not podman, which answers in another order or otherwise than itself, or lacks a builder.
    Dockerd,
}

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) needs: Needs,
    pub(super) script: &'static str,
}

const fn case(name: &'static str, script: &'static str) -> Case {
    Case { name, needs: Needs::Nothing, script }
}

const fn with(plugin: &'static str, name: &'static str, script: &'static str) -> Case {
    Case { name, needs: Needs::Plugin(plugin), script }
}

const fn docker(name: &'static str, script: &'static str) -> Case {
    Case { name, needs: Needs::Dockerd, script }
}

pub(super) const CASES: &[Case] = &[
    // ---- the engine itself ----
    case("version", "docker version"),
    case("version as JSON", "docker version --format '{{json .Server}}'"),
    case(
        "info",
        "docker info --format '{{.ServerVersion}} {{.Driver}} {{.NCPU}} {{.OSType}} {{json .Plugins}}'",
    ),
    case("system df", "docker system df --format '{{.Type}}'; docker system df -v | grep -c '^[A-Z].*:$'"),
    case(
        "context",
        "docker context ls --format '{{.Name}} {{.DockerEndpoint}}'; docker context show; docker context inspect nosuch",
    ),
    case(
        "events",
        r"
        # from before on: the engine remembers few events, and others make many
        docker events --since 60s --filter container=$N --format '{{.Type}} {{.Action}} {{.Actor.ID}}' >$T/events &
        docker create --name $N busybox >/dev/null; docker rename $N $N-new; docker rm $N-new
        for i in $(seq 300); do grep -q destroy $T/events && break; sleep 0.1; done
        kill $!; cat $T/events",
    ),
    case("events of something else", "docker events --since 1s --until 0s --filter container=nosuch-$N"),
    case("an unknown command", "docker nosuch"),
    // ---- registries ----
    case("pull of what is here", "docker pull busybox"),
    case("pull of a tag that is not", "docker pull busybox:nosuch"),
    case("pull of a name that is not", "docker pull nosuch-repository/nosuch"),
    case("pull by a wrong name", "docker pull Busybox"),
    case("search", "docker search --limit 2 nosuch"),
    case("login that fails", "docker login -u somebody -p wrong localhost:1"),
    case(
        "push that fails",
        "docker tag busybox localhost:1/$N && docker push localhost:1/$N; docker rmi localhost:1/$N",
    ),
    case("push of nothing", "docker push localhost:1/nosuch"),
    // ---- run ----
    case("run in the foreground", "docker run --name $N busybox sh -c 'echo out; echo err >&2; exit 3'"),
    case("run --rm", "docker run --rm --name $N busybox echo hi; docker inspect $N"),
    case("run -d", "docker run -d --name $N busybox sleep 1000; docker inspect -f '{{.State.Status}}' $N"),
    case("run -d --rm", "docker run -d --rm --name $N busybox sh -c 'sleep 2; exit 3'; docker wait $N; true"),
    case("run -i", "printf 'one\\ntwo\\n' | docker run -i --rm --name $N busybox sed s/^/got:/"),
    case(
        "run -i, output after the input has ended",
        "echo hi | docker run -i --rm --name $N busybox sh -c 'cat; sleep 1; echo late; exit 4'",
    ),
    case("run -i, input closed before the start", "docker run -i --rm --name $N busybox cat </dev/null"),
    docker("run -a", "docker run -a stderr --rm --name $N busybox sh -c 'echo out; echo err >&2'"),
    case(
        "run -t without a terminal",
        "docker run -t --rm --name $N busybox sh -c 'echo out; tty; stty size' </dev/null",
    ),
    case(
        "run -p",
        r"
        docker run -d -p 127.0.0.1::8000 --name $N busybox sleep 1000
        docker port $N; docker port $N 8000; docker port $N 9000",
    ),
    case(
        "run -e -w -u -v -l --network none",
        r"
        docker run --rm --name $N -e A=b -w /tmp -u 1000 -v $T:/here:ro --network none -l x=y busybox sh -c 'env | grep ^A=; pwd; id -u; touch /here/x; ls /sys/class/net'",
    ),
    case("run of a command that is not there", "docker run --name $N busybox nosuch"),
    case("run of a folder", "docker run --name $N busybox /etc"),
    case("run of an image that is not there", "docker run --name $N nosuch-repository/nosuch"),
    case("run with a flag that is not there", "docker run --nosuch busybox"),
    case("run with a name that is taken", "docker create --name $N busybox; docker run --name $N busybox"),
    case(
        "run, the reader closes early",
        "docker run --rm --name $N busybox sh -c 'seq 200000; true' | head -n 2; docker wait $N; true",
    ),
    // ---- create, start, attach ----
    case(
        "create and start",
        "docker create --name $N busybox echo hi; docker start $N; docker wait $N; docker logs $N",
    ),
    case("start -a", "docker create --name $N busybox sh -c 'echo hi; exit 5'; docker start -a $N"),
    case("start -ai", "docker create -i --name $N busybox cat; echo hi | docker start -ai $N"),
    case("start of nothing", "docker start nosuch-$N"),
    case(
        "attach",
        // when the input ends, the engine lets go of the output too
        "docker run -di --name $N busybox sh -c 'read x; echo got $x; exit 4'; (echo word; sleep 2) | docker attach $N",
    ),
    case("attach to what has ended", "docker run --name $N busybox true; docker attach $N"),
    // ---- exec ----
    case(
        "exec",
        "docker run -d --name $N busybox sleep 1000; docker exec $N sh -c 'echo out; echo err >&2; exit 6'",
    ),
    case(
        "exec -i",
        "docker run -d --name $N busybox sleep 1000; seq 5 | docker exec -i $N sh -c 'cat; sleep 0.2; echo late'",
    ),
    case(
        "exec -d",
        "docker run -d --name $N busybox sleep 1000; docker exec -d $N true; docker exec -e A=b -w /tmp -u 1 $N sh -c 'echo $A; pwd; id -u'",
    ),
    case(
        "exec of what is not there",
        "docker run -d --name $N busybox sleep 1000; docker exec $N nosuch; docker exec nosuch-$N true",
    ),
    case("exec in what has ended", "docker run --name $N busybox true; docker exec $N true"),
    // ---- looking ----
    case(
        "ps",
        "docker run -d --name $N busybox sleep 1000; docker ps --filter name=$N; docker ps -q --filter name=$N",
    ),
    case(
        "ps -a",
        "docker run --name $N busybox false; docker ps -a --filter name=$N; docker ps -a --no-trunc --filter name=$N",
    ),
    case(
        "ps -s and -n",
        "docker create --name $N busybox; docker ps -as --filter name=$N; docker ps -n 1 -q | wc -l; docker ps --filter colour=red",
    ),
    case(
        "inspect",
        r"
        docker create --name $N -e SECRET=x -v /data busybox true
        docker inspect -f '{{.Name}} {{len .Mounts}} {{.State.Status}}' $N; docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' $N | sort; docker inspect nosuch-$N; docker inspect --type volume $N",
    ),
    case(
        "logs",
        "docker run --name $N busybox seq 20; docker logs $N; docker logs --tail 3 $N; docker logs -t --tail 1 $N; docker run --name $N-2 busybox ls /nosuch; docker logs $N-2 >/dev/null",
    ),
    case(
        "logs -f",
        "docker run -d --name $N busybox sh -c 'seq 50; sleep 0.5; echo last'; docker logs -f $N",
    ),
    case("logs of nothing", "docker logs nosuch-$N"),
    case("top", "docker run -d --name $N busybox sleep 1000; docker top $N -o comm; docker top nosuch-$N"),
    docker(
        "stats",
        "docker run -d --name $N busybox sleep 1000; docker stats --no-stream --format '{{.Name}} {{.ID}}' $N",
    ),
    case("diff", "docker run --name $N busybox sh -c 'echo x >/new; rm /bin/ls'; docker diff $N | sort"),
    // ---- changing ----
    case(
        "stop",
        "docker run -d --name $N busybox sleep 1000; docker stop -t 0 $N; docker inspect -f '{{.State.ExitCode}}' $N; docker stop nosuch-$N",
    ),
    case(
        "kill",
        "docker run -d --name $N busybox sleep 1000; docker kill $N; docker wait $N; docker kill $N",
    ),
    case(
        "kill -s",
        "docker run -d --name $N busybox sh -c 'trap \"exit 9\" USR1; echo up; while :; do sleep 0.1; done'; until docker logs $N | grep -q up; do :; done; docker kill -s USR1 $N; docker wait $N",
    ),
    case(
        "restart",
        "docker run -d --name $N busybox sleep 1000; docker restart -t 0 $N; docker inspect -f '{{.State.Running}}' $N",
    ),
    case(
        "pause",
        "docker run -d --name $N busybox sleep 1000; docker pause $N; docker inspect -f '{{.State.Status}}' $N; docker exec $N true; docker unpause $N; docker unpause $N",
    ),
    case(
        "rename",
        "docker create --name $N busybox; docker rename $N $N-new; docker inspect -f '{{.Name}}' $N-new; docker rename nosuch-$N x",
    ),
    case(
        "update",
        "docker create --name $N busybox; docker update --restart on-failure:2 $N; docker inspect -f '{{.HostConfig.RestartPolicy}}' $N",
    ),
    case("wait", "docker run -d --name $N busybox sh -c 'exit 7'; docker wait $N; docker wait nosuch-$N"),
    case("rm", "docker run -d --name $N busybox sleep 1000; docker rm $N; docker rm -f $N; docker rm $N"),
    case(
        "rm of several",
        "docker create --name $N busybox; docker create --name $N-2 busybox; docker rm $N nosuch-$N $N-2",
    ),
    // ---- files ----
    case(
        "cp in and out",
        r"
        docker create --name $N busybox; echo text >$T/file; mkdir $T/folder; echo more >$T/folder/x
        docker cp $T/file $N:/tmp/; docker cp $T/folder $N:/tmp/; docker cp $N:/tmp/file $T/back; cat $T/back
        docker cp $N:/tmp - | tar -t | sort; docker cp $N:/nosuch $T; docker cp $T/nosuch $N:/",
    ),
    case(
        "cp from a stream",
        "docker create --name $N busybox; mkdir $T/a; echo 1 >$T/a/b; tar -C $T -c a | docker cp - $N:/tmp; docker cp $N:/tmp/a/b -  | tar -xO",
    ),
    case(
        "export and import",
        r"
        docker run --name $N -e N=$N busybox sh -c 'echo $N >/new'; docker export $N | tar -t | sort | sha256sum
        docker export $N | docker import -c 'CMD cat /new' - $N:imported; docker run --rm --name $N-2 $N:imported; docker rmi $N:imported",
    ),
    // ---- images ----
    case(
        "images",
        "docker images busybox:latest; docker images -q busybox:latest; docker images -a nosuch-$N; docker image ls --digests --no-trunc busybox:latest",
    ),
    docker(
        "tag and rmi",
        "docker tag busybox $N:1; docker tag $N:1 $N:2; docker images $N --format '{{.Repository}} {{.Tag}}' | sort; docker rmi $N:1 $N:2 nosuch-$N; docker tag nosuch-$N x",
    ),
    case("history", "docker history --no-trunc busybox; docker history -q busybox; docker history nosuch-$N"),
    case(
        "image inspect",
        "docker image inspect -f '{{.Os}} {{.Config.Cmd}} {{len .RootFS.Layers}}' busybox alpine; docker image inspect nosuch-$N",
    ),
    case(
        "commit",
        r"
        docker run --name $N -e N=$N busybox sh -c 'echo $N >/new'; docker commit -m words -a me -c 'ENV A=b' $N $N:1
        docker run --rm --name $N-2 $N:1 sh -c 'cat /new; echo $A'; docker history --format '{{.Comment}}' $N:1 | head -1; docker rmi $N:1",
    ),
    case(
        "rmi of what is in use",
        "docker create --name $N busybox; docker commit $N $N:1 >/dev/null; docker create --name $N-2 $N:1 >/dev/null; docker rmi $N:1; docker rm $N-2; docker rmi $N:1",
    ),
    docker(
        "save and load",
        r"
        docker create --name $N busybox true; docker commit $N $N:1; docker save -o $T/one.tar $N:1; docker save $N:1 | tar -t | sed -E 's/[0-9a-f]{64}/ID/' | sort
        docker rmi $N:1; docker load -i $T/one.tar; docker load -q <$T/one.tar; docker run --rm --name $N-2 $N:1 echo loaded; docker rmi $N:1; echo rubbish | docker load; docker save nosuch-$N | wc -c",
    ),
    // ---- volumes, networks ----
    case(
        "volume",
        r"
        docker volume create $N; docker volume create --label a=b $N-2; docker volume ls --filter name=$N; docker volume inspect -f '{{.Name}} {{.Driver}} {{.Labels}}' $N $N-2
        docker run --rm --name $N -v $N:/data busybox sh -c 'echo kept >/data/x'; docker run --rm --name $N -v $N:/data busybox cat /data/x
        docker create --name $N -v $N:/data busybox >/dev/null; docker volume rm $N $N-2 nosuch-$N; docker rm -v $N; docker volume rm $N",
    ),
    case(
        "volumes without a name",
        "docker run --name $N -v /data busybox true; V=$(docker inspect -f '{{range .Mounts}}{{.Name}}{{end}}' $N); docker rm -v $N; docker volume inspect $V",
    ),
    case(
        "network",
        r"
        docker network create $N; docker network create $N; docker network ls --filter name=$N; docker run -d --name $N --network $N --network-alias web busybox sleep 1000
        docker network inspect -f '{{.Name}} {{.Driver}} {{len .Containers}}' $N; docker network rm $N; docker rm -f $N; docker network rm $N",
    ),
    case(
        "network connect",
        r"
        docker network create $N; docker create --name $N busybox; docker network connect $N $N; docker inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}' $N
        docker network connect $N $N; docker network disconnect $N $N; docker network disconnect nosuch-$N $N; docker network rm $N",
    ),
    // ---- prune, which the guard answers itself ----
    case(
        "container prune",
        "docker create --label $N --name $N busybox; docker run --label $N --name $N-2 busybox sh -c 'echo 12345 >/x'; docker container prune -f --filter label=$N; docker container prune -f --filter label=$N",
    ),
    docker(
        "network and volume prune",
        "docker network create --label $N $N; docker volume create --label $N $N; docker network prune -f --filter label=$N; docker volume prune -f --filter label=$N; docker volume inspect -f '{{.Name}}' $N",
    ),
    docker(
        "image prune",
        r"
        docker create --name $N --label $N busybox; docker commit -c LABEL=$N=1 $N $N:1; docker rm $N; docker image prune -f --filter label=$N; docker image prune -a -f --filter label=$N",
    ),
    // ---- building ----
    case(
        "classic build",
        r"
        printf 'FROM busybox\nARG A=1\nRUN echo $A >/a; cat /a\nCOPY x /x\nCMD cat /a /x\n' >$T/Dockerfile; echo $N >$T/x
        DOCKER_BUILDKIT=0 docker build --no-cache --build-arg A=$N -t $N:1 $T; docker run --rm --name $N $N:1; docker rmi $N:1",
    ),
    case(
        "classic build that fails",
        "printf 'FROM busybox\\nRUN echo so far; exit 8\\n' >$T/Dockerfile; DOCKER_BUILDKIT=0 docker build --no-cache $T; printf 'FORM x\\n' | DOCKER_BUILDKIT=0 docker build -; DOCKER_BUILDKIT=0 docker build $T/nosuch",
    ),
    case(
        "BuildKit build",
        r"
        printf 'FROM busybox\nCOPY x /x\nRUN cat /x >/a; cat /a\nCMD cat /a /x\n' >$T/Dockerfile; echo $N >$T/x
        DOCKER_BUILDKIT=1 docker build --progress plain --no-cache -t $N:1 $T 2>&1 | grep -oE '\[[0-9]/[0-9]\] .*|naming to .*' | sort -u; echo ${PIPESTATUS[0]}
        docker run --rm --name $N $N:1; DOCKER_BUILDKIT=1 docker build -q $T; docker rmi $N:1",
    ),
    case(
        "BuildKit build that fails",
        "printf 'FROM busybox\\nRUN echo so far; exit 8\\n' >$T/Dockerfile; DOCKER_BUILDKIT=1 docker build --progress plain --no-cache $T 2>&1 | grep -E '^ERROR|exit code'; echo ${PIPESTATUS[0]}",
    ),
    case(
        "BuildKit build with a secret",
        r"
        printf 'FROM busybox\nRUN --mount=type=secret,id=s wc -c </run/secrets/s >/length; echo %s >/name\n' $N >$T/Dockerfile; echo 12345 >$T/s
        DOCKER_BUILDKIT=1 docker build -q --no-cache --secret id=s,src=$T/s -t $N:1 $T; docker run --rm --name $N $N:1 cat /length; docker rmi $N:1",
    ),
    with(
        "buildx",
        "buildx",
        "docker buildx ls | grep -oE '^[a-z]+'; docker buildx inspect --bootstrap | grep -E '^(Name|Driver|Status):'; docker buildx version",
    ),
    with(
        "buildx",
        "buildx to a folder",
        r"
        printf 'FROM busybox AS one\nRUN echo made >/a\nFROM scratch\nCOPY --from=one /a /a\n' >$T/Dockerfile; docker buildx build -q --no-cache -o $T/out $T; cat $T/out/a",
    ),
    with(
        "compose",
        "compose",
        r"
        mkdir $T/$N; cd $T/$N; printf 'FROM busybox\nRUN echo %s >/a\n' $N >Dockerfile
        printf 'services:\n  web: {build: ., command: sh -c \x22cat /a; sleep 1000\x22, volumes: [\x22data:/data\x22]}\n  one: {image: busybox, command: echo once}\nvolumes: {data: {}}\n' >compose.yaml
        docker compose up -d --build >log 2>&1; echo $?; docker compose ps -a --format '{{.Service}} {{.Name}}' | sort; docker compose wait one; docker compose logs --no-color one
        docker compose exec -T web cat /a; echo in | docker compose exec -T web cat; docker compose exec -T web sh -c 'exit 3'; echo $?; docker compose run --rm -T web echo ran 2>/dev/null
        docker compose down -v --rmi local 2>&1 | tr '\r' '\n' | grep -oE '(Container|Volume|Network|Image) .* (Removed|Error)' | sort; docker compose ps -a -q; docker volume ls -q --filter name=$N",
    ),
];
