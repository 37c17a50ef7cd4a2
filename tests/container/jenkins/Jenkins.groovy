// Executes a Jenkinsfile as one build of a multibranch job, on this machine as its agent.
//
//   java -cp <Groovy's jars> groovy.ui.GroovyMain Jenkins.groovy Jenkinsfile build.json
//
// Knows the steps and the parts of a declarative pipeline that the examples use, and refuses all
// others, as Jenkins refuses a typing error.  Does as Jenkins does: the environment of a build,
// credentials and their masking, `sh` in a process of its own with the build's cookie, an abort that
// signals the processes which carry that cookie, `docker.image().inside`, the order of `post`.
// The build ends when a file named `abort` appears, as if somebody had pressed the button.
//
// Sources: Jenkins' pages "Pipeline Syntax" and "Pipeline: Nodes and Processes", its plugins
// durable-task, credentials-binding, junit and docker-workflow (WithContainerStep, DockerClient).

import groovy.json.JsonSlurper
import java.nio.file.FileSystems
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import javax.xml.parsers.DocumentBuilderFactory
import org.codehaus.groovy.control.CompilerConfiguration

class Failed extends RuntimeException { Failed(String text) { super(text) } }
class Interrupted extends RuntimeException { Interrupted() { super('aborted') } }

/** One build: what it was started with, what became of it, and the machine under it. */
class Build {
    static final List<String> WORSE = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED']

    Map<String, Object> given
    Map<String, String> env = [:]
    Set<String> secrets = []
    String result = 'SUCCESS'
    boolean isAborted = false
    String container = null
    int steps = 0
    long began = System.currentTimeMillis()

    File getWorkspace() { new File(given.workspace as String) }

    void worsen(String other) {
        if (WORSE.indexOf(other) > WORSE.indexOf(result)) { result = other }
    }

    void say(String text) {
        secrets.each { String secret -> text = text.replace(secret, '****') }
        println text
        System.out.flush()
    }

    boolean shallAbort() {
        !isAborted && new File(given.abort as String).exists()
    }

    /** Run words in the workspace; return exit code and output, which is shown when `shown`. */
    List run(List<String> words, Map<String, String> variables, boolean shown, Closure kill = null) {
        ProcessBuilder builder = new ProcessBuilder(words).directory(workspace).redirectErrorStream(true)
        builder.environment().clear()
        builder.environment().putAll(variables)
        Process process = builder.start()
        process.outputStream.close()
        StringBuffer out = new StringBuffer()
        Thread reader = Thread.start {
            process.inputStream.newReader('UTF-8').eachLine { String line ->
                out << line << '\n'
                if (shown) { say(line) }
            }
        }
        while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
            if (kill && shallAbort()) {
                isAborted = true
                say('Sending interrupt signal to process')
                kill()
                // The step ends with the process, or when Jenkins has waited long enough for it.
                process.waitFor(given.patience as long, TimeUnit.MILLISECONDS)
                throw new Interrupted()
            }
        }
        reader.join()
        return [process.exitValue(), out.toString()]
    }

    /** One `sh` step, on the agent or in the container of `inside`. */
    int shell(String script) {
        File file = Files.createTempFile(new File(given.temp as String).toPath(), 'durable', '.sh').toFile()
        file.text = script
        file.setReadable(true, false)
        String cookie = "durable-${++steps}-${UUID.randomUUID()}"
        if (container) { return shellInside(file, cookie) }
        Map<String, String> variables = (given.agent as Map) + env + [JENKINS_SERVER_COOKIE: cookie]
        return run(['sh', '-xe', file.path], variables, true) { signal(cookie) }[0] as int
    }

    int shellInside(File file, String cookie) {
        List<String> words = ['docker', 'exec']
        (reduced() + [JENKINS_SERVER_COOKIE: cookie]).each { k, v -> words += ['--env', "${k}=${v}" as String] }
        words += [container, 'sh', '-xe', file.path]
        return run(words, given.agent as Map, true) {
            // Jenkins lists the container's processes with its `ps`; slim images have none.
            List listed = run(['docker', 'exec', container, 'ps', '-A', '-o', 'pid,command', 'e'], given.agent as Map, false)
            if (listed[0] != 0) { say('failed to run ps'); return }
            List<String> numbers = listed[1].readLines().findAll { it.contains(cookie) }*.trim()*.split(' ')*.first()
            if (numbers) { run(['docker', 'exec', container, 'kill'] + numbers, given.agent as Map, false) }
        }[0] as int
    }

    /** SIGTERM to every process of this machine that carries the cookie. */
    void signal(String cookie) {
        new File('/proc').listFiles().findAll { it.name.isInteger() }.each { File folder ->
            try {
                String environ = new String(Files.readAllBytes(folder.toPath().resolve('environ')))
                if (environ.split('\0').contains("JENKINS_SERVER_COOKIE=${cookie}" as String)) {
                    new ProcessBuilder('sh', '-c', "kill -TERM ${folder.name}").start().waitFor()
                }
            } catch (IOException ignored) {
                // ended meanwhile
            }
        }
    }

    /** The build's environment without what the agent has as well. */
    Map<String, String> reduced() {
        env.findAll { k, v -> k != 'PATH' && (given.agent as Map)[k] != v }
    }
}

/** `docker.image(name).inside(options) { }`. */
class Image {
    Build build
    String name

    void inside(String options = '', Closure body) {
        Map agent = build.given.agent as Map
        String who = build.run(['sh', '-c', 'echo $(id -u):$(id -g)'], agent, false)[1].trim()
        List<String> words = ['docker', 'run', '-t', '-d', '-u', who]
        words += options.tokenize().collect { it.replace("'", '') }
        words += ['-w', build.workspace.path]
        [build.workspace.path, build.given.temp as String].each { words += ['-v', "${it}:${it}:rw,z" as String] }
        build.reduced().each { k, v -> words += ['-e', "${k}=${v}" as String] }
        List started = build.run(words + [name, 'cat'], agent, false)
        if (started[0] != 0) { throw new Failed("Failed to run image '${name}'. Error: ${started[1]}") }
        String id = started[1].trim().readLines().last()
        List top = build.run(['docker', 'top', id, '-eo', 'pid,comm'], agent, false)
        if (!top[1].readLines().any { it.endsWith(' cat') }) {
            build.say('ERROR: The container started but didn\'t run the expected command.')
        }
        String before = build.container
        build.container = id
        try {
            body()
        } finally {
            build.container = before
            build.run(['docker', 'stop', '-t', '1', id], agent, false)
            build.run(['docker', 'rm', '-f', '--volumes', id], agent, false)
        }
    }
}

class Docker {
    Build build

    Image image(String name) { new Image(build: build, name: name) }
}

/** What every Jenkinsfile can say. */
abstract class Steps extends Script {
    Build getBuild() { binding.build as Build }

    Map getEnv() { build.env }

    Docker getDocker() { new Docker(build: build) }

    String getScm() { 'scm' }

    def propertyMissing(String name) {
        if (build.env.containsKey(name)) { return build.env[name] }
        throw new MissingPropertyException(name, getClass())
    }

    // --- steps

    def sh(String script) { sh(script: script) }

    def sh(Map step) {
        known(step, 'sh', ['script', 'label', 'returnStatus'])
        if (step.label) { build.say("[Pipeline] sh (${step.label})") }
        int code = build.shell(step.script as String)
        if (step.returnStatus) { return code }
        if (code != 0) { throw new Failed("script returned exit code ${code}") }
    }

    void echo(String text) { build.say(text) }

    void error(String text) { throw new Failed(text) }

    void unstable(String text) {
        build.say("WARNING: ${text}")
        build.worsen('UNSTABLE')
    }

    Map checkout(String what) {
        assert what == 'scm'
        return build.given.scm as Map
    }

    void node(String label, Closure body) { body() }

    void stage(String name, Closure body) {
        build.say("[Pipeline] { (${name})")
        body()
    }

    void timeout(Map limit, Closure body) {
        known(limit, 'timeout', ['time', 'unit'])
        body()
    }

    void properties(List all) { assert all }

    Map disableConcurrentBuilds(Map how) {
        known(how, 'disableConcurrentBuilds', ['abortPrevious'])
        return how
    }

    void withEnv(List pairs, Closure body) {
        within(pairs.collectEntries { String pair -> pair.split('=', 2) as List }, body)
    }

    void withCredentials(List bindings, Closure body) {
        Map found = bindings.sum { it as Map } as Map
        Set before = build.secrets
        build.secrets = before + (found.values().findAll { it } as Set)
        try {
            within(found, body)
        } finally {
            build.secrets = before
        }
    }

    Map usernamePassword(Map step) {
        known(step, 'usernamePassword', ['credentialsId', 'usernameVariable', 'passwordVariable'])
        Map credential = credential(step) as Map
        return [(step.usernameVariable): credential.username, (step.passwordVariable): credential.password]
    }

    Map string(Map step) {
        known(step, 'string', ['credentialsId', 'variable'])
        return [(step.variable): credential(step)]
    }

    void archiveArtifacts(Map step) {
        known(step, 'archiveArtifacts', ['artifacts', 'allowEmptyArchive'])
        Path root = build.workspace.toPath()
        List<Path> found = matching(step.artifacts as String)
        if (!found && !step.allowEmptyArchive) { throw new Failed('No artifacts found that match the file pattern') }
        found.each { build.say("Archiving ${root.relativize(it)}") }
    }

    /** The test results of this build: failures make it unstable, and older files are refused. */
    void junit(Map step) {
        known(step, 'junit', ['testResults', 'allowEmptyResults'])
        build.say('Recording test results')
        List<File> found = matching(step.testResults as String)*.toFile()
        if (!found) {
            build.say('No test report files were found. Configuration error?')
            if (!step.allowEmptyResults) { throw new Failed('No test report files were found.') }
            return
        }
        if (found.every { it.lastModified() + 3000 < build.began }) {
            throw new Failed('Test reports were found but none of them are new.')
        }
        int bad = found.sum { File file ->
            def results = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).documentElement
            results.getElementsByTagName('failure').length + results.getElementsByTagName('error').length
        } as int
        build.say("Test results: ${bad} bad in ${found.size()} file(s)")
        if (bad) { build.worsen('UNSTABLE') }
    }

    List<Path> matching(String pattern) {
        def matcher = FileSystems.default.getPathMatcher("glob:${pattern}")
        Path root = build.workspace.toPath()
        List<Path> found = []
        build.workspace.eachFileRecurse { File file -> found << file.toPath() }
        return found.findAll { matcher.matches(root.relativize(it)) }.sort()
    }

    Object credential(Map step) {
        Object found = (build.given.credentials as Map)[step.credentialsId]
        if (found == null) { throw new Failed("Could not find credentials entry with ID '${step.credentialsId}'") }
        return found
    }

    void within(Map more, Closure body) {
        Map before = build.env
        build.env = before + (more.collectEntries { k, v -> [k as String, v as String] } as Map)
        try {
            body()
        } finally {
            build.env = before
        }
    }

    static void known(Map step, String name, List<String> parameters) {
        Set others = step.keySet() - parameters
        if (others) { throw new Failed("Unknown parameter(s) of ${name}: ${others}") }
    }

    // --- a declarative pipeline

    void pipeline(Closure body) {
        Declared declared = new Declared()
        declared.read(body)
        assert declared.agent && declared.stages
        build.env += build.given.scm as Map
        build.env += declared.variables
        declared.stages.each { Stage one -> stageOf(one) }
        conditions(declared.post)
    }

    void stageOf(Stage one) {
        if (build.result in ['FAILURE', 'ABORTED']) {
            build.say("Stage \"${one.name}\" skipped due to earlier failure(s)")
            return
        }
        if (one.when.any { it == 'changeRequest' && !build.env.CHANGE_ID }) {
            build.say("Stage \"${one.name}\" skipped due to when conditional")
            return
        }
        build.say("[Pipeline] { (${one.name})")
        guarded(one.steps)
        conditions(one.post)
    }

    void conditions(Map<String, Closure> post) {
        Map holds = [
            always: true, aborted: build.result == 'ABORTED', failure: build.result == 'FAILURE',
            success: build.result == 'SUCCESS', unstable: build.result == 'UNSTABLE',
            unsuccessful: build.result != 'SUCCESS', cleanup: true,
        ]
        holds.each { name, held -> if (held && post[name]) { guarded(post[name]) } }
    }

    void guarded(Closure body) {
        body.delegate = this
        body.resolveStrategy = Closure.DELEGATE_FIRST
        try {
            body()
        } catch (Interrupted ignored) {
            build.worsen('ABORTED')
        } catch (Failed error) {
            build.say("ERROR: ${error.message}")
            build.worsen('FAILURE')
        }
    }
}

/** Takes down the parts of a closure: each call is a part, each assignment a variable. */
class Part extends GroovyObjectSupport {
    static final List<String> CONDITIONS = ['always', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup']

    void read(Closure body) {
        body.delegate = this
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    }
}

class Variables extends Part {
    Map<String, String> found = [:]

    void setProperty(String name, Object value) { found[name] = value as String }
}

class Conditions extends Part {
    Map<String, Closure> found = [:]

    def methodMissing(String name, Object words) {
        if (!(name in CONDITIONS)) { throw new Failed("Invalid condition \"${name}\" in post") }
        found[name] = (words as List)[0] as Closure
    }
}

class When extends Part {
    List<String> found = []

    void changeRequest() { found << 'changeRequest' }
}

class Options extends Part {
    List<String> found = []

    void disableConcurrentBuilds(Map how) { found << 'disableConcurrentBuilds' }

    void timeout(Map limit) { found << 'timeout' }
}

class Agent extends Part {
    String found = ''

    void label(String name) { found = name }
}

class Stage extends Part {
    String name
    List<String> when = []
    Closure steps
    Map<String, Closure> post = [:]

    void when(Closure body) { When part = new When(); part.read(body); when = part.found }

    void steps(Closure body) { steps = body }

    void post(Closure body) { Conditions part = new Conditions(); part.read(body); post = part.found }
}

class Stages extends Part {
    List<Stage> found = []

    void stage(String name, Closure body) {
        Stage one = new Stage(name: name)
        one.read(body)
        assert one.steps
        found << one
    }
}

class Declared extends Part {
    String agent = ''
    Map<String, String> variables = [:]
    List<Stage> stages = []
    Map<String, Closure> post = [:]

    void agent(Closure body) { Agent part = new Agent(); part.read(body); agent = part.found }

    void options(Closure body) { Options part = new Options(); part.read(body); assert part.found }

    void environment(Closure body) { Variables part = new Variables(); part.read(body); variables = part.found }

    void stages(Closure body) { Stages part = new Stages(); part.read(body); stages = part.found }

    void post(Closure body) { Conditions part = new Conditions(); part.read(body); post = part.found }
}

Build build = new Build(given: new JsonSlurper().parse(new File(args[1])) as Map)
build.env = (build.given.environ as Map) + [WORKSPACE: build.workspace.path]
CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: Steps.name)
try {
    new GroovyShell(this.class.classLoader, new Binding(build: build), configuration).evaluate(new File(args[0]))
} catch (Interrupted ignored) {
    build.worsen('ABORTED')
} catch (Failed error) {
    build.say("ERROR: ${error.message}")
    build.worsen('FAILURE')
}
build.say("Finished: ${build.result}")
System.exit(['SUCCESS': 0, 'UNSTABLE': 10, 'FAILURE': 11, 'ABORTED': 12][build.result])
